import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SseReader } from '../../bytes/sse.ts'
import { collect, eventOrderProblems, type InferenceEvent } from '../../inference/index.ts'
import { ResponsesStreamReader } from './stream.ts'

const fixtures = new URL('../../../test/fixtures/openai-responses/', import.meta.url)
const names = readdirSync(fixtures).filter((name) => readdirSync(new URL(name, fixtures)).includes('answer.sse'))

function fixture(name: string): Buffer {
  return readFileSync(new URL(`${name}/answer.sse`, fixtures))
}

function read(...chunks: readonly Uint8Array[]): InferenceEvent[] {
  const frames = new SseReader()
  const reader = new ResponsesStreamReader()
  const given = [...chunks.flatMap((chunk) => frames.push(chunk)), ...frames.end()]
  return [...given.filter((frame) => !frame.isCut).flatMap((frame) => reader.push(frame)), ...reader.end()]
}

function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}

/** What the reader is given; it sees nothing else of the bytes. */
function framesOf(...chunks: readonly Uint8Array[]): string {
  const frames = new SseReader()
  const given = [...chunks.flatMap((chunk) => frames.push(chunk)), ...frames.end()]
  return JSON.stringify(given.filter(({ data }) => data !== undefined).map(({ event, data }) => [event, data]))
}

/** What was said, in order, then how it ended. */
function outline(name: string): string[] {
  const { blocks, finish, error } = collect(read(fixture(name)))
  return [
    ...blocks.map(({ block, text, signature }) => {
      const what = block.type === 'tool-call' ? `${block.name}(${text}) ${block.id}` : `${block.type}: ${text}`
      return signature === undefined ? what : `${what} [${signature}]`
    }),
    ...(finish ? [`${finish.reason} ${finish.raw}`] : []),
    ...(error ? [`${error.code} ${error.status} ${error.message}`] : []),
  ]
}

describe('responses stream reader, cut anywhere', () => {
  it.each(names)('is given the same frames for %s in two parts cut at every byte', (name) => {
    const bytes = fixture(name)
    const whole = framesOf(bytes)
    for (let at = 1; at < bytes.length; at++) {
      const frames = framesOf(bytes.subarray(0, at), bytes.subarray(at))
      if (frames !== whole) expect(frames, `cut at ${at}`).toBe(whole)
    }
  })

  it.each(names)('gives the same events for %s in pieces of 1 to 7 bytes, in good order', (name) => {
    const bytes = fixture(name)
    const events = read(bytes)
    expect(eventOrderProblems(events)).toEqual([])
    const whole = JSON.stringify(events)
    for (let size = 1; size <= 7; size++) expect(JSON.stringify(read(...pieces(bytes, size)))).toBe(whole)
  })
})

const hi = 'text: Hi there, Grüße 🌍!'
const own = 'openai-responses/reasoning:gAAAAABnFuRz+/x='

describe('responses stream reader', () => {
  it.each([
    ['text', [hi, 'stop completed']],
    ['crlf', [hi, 'stop completed']],
    ['data-only', [hi, 'stop completed']],
    ['done-marker', [hi, 'stop completed']],
    [
      'parallel-tools',
      ['get_weather({"city":"Bern"}) call_unLAR8MvFNptuiZK6K6HCy5k', 'get_time({}) call_b', 'tool-calls completed'],
    ],
    ['interleaved-tools', ['one({"a":1}) call_a', 'two({"b":2}) call_b', 'tool-calls completed']],
    ['tool-without-deltas', ['act({"x":1}) call_a', 'now() call_b', 'tool-calls completed']],
    ['reasoning-summary', [`reasoning: **Planning**\n\nThen doing [${own}]`, 'text: Done', 'stop completed']],
    ['reasoning-encrypted', [`reasoning:  [${own}]`, 'act({}) call_a', 'tool-calls completed']],
    ['reasoning-empty', ['text: Hi', 'stop completed']],
    ['reasoning-text', ['reasoning: We need to think', 'text: Yes', 'stop completed']],
    ['refusal', ["refusal: I can't help with that.", 'refusal completed']],
    ['length', ['text: Once upon', 'length max_output_tokens']],
    ['content-filter', ['text: Once', 'content-filter content_filter']],
    ['server-tool', ['other: ', 'text: It rains [1]', 'stop completed']],
    ['completed-only', ['text: All at once', 'act({"a":1}) call_a', 'tool-calls completed']],
    ['no-created', ['text: All at once', 'stop completed']],
    ['item-done-only', ['text: All at once', 'refusal: No.', 'refusal completed']],
    ['unknown-events', ['text: early', 'stop completed']],
    ['empty-answer', ['stop completed']],
  ])('reads %s', (name, said) => {
    expect(outline(name)).toEqual(said)
  })

  it.each([
    ['cut', /^upstream_interrupted 502 .*before response.completed/],
    ['cut-in-frame', /^upstream_interrupted 502 .*before response.completed/],
    ['done-without-ending', /^upstream_interrupted 502 .*before response.completed/],
    ['invalid-json', /^upstream_interrupted 502 .*not a JSON object/],
    ['failed-in-the-middle', /^upstream_rejected 500 The model failed/],
    ['failed-first', /^upstream_rejected 429 Rate limit/],
    ['failed-by-request', /^upstream_rejected 400 The image/],
    ['failed-without-words', /^upstream_interrupted 502 .*response.failed/],
    ['cancelled', /^upstream_interrupted 502 .*response.cancelled/],
    ['error-event', /^upstream_rejected 500 The server had an error/],
    ['error-event-nested', /^upstream_rejected 429 You exceeded/],
    ['error-bare', /^upstream_rejected 500 overloaded/],
  ])('ends %s with an error', (name, error) => {
    expect(outline(name).at(-1)).toMatch(error)
  })

  it('says so when nothing came at all', () => {
    expect(read()).toMatchObject([{ type: 'error', error: { message: expect.stringContaining('without an answer') } }])
  })

  it('tells the usage of an answer that failed', () => {
    expect(collect(read(fixture('failed-in-the-middle'))).usage).toMatchObject({ inputUncached: 10, output: 2 })
  })

  it('says nothing after its end', () => {
    const reader = new ResponsesStreamReader()
    reader.end()
    expect(reader.push({ data: '{"type":"response.completed","response":{}}' })).toEqual([])
    expect(reader.end()).toEqual([])
  })

  it('forgives frames that lack what they ought to have', () => {
    const reader = new ResponsesStreamReader()
    const events = [
      { type: 'response.created' },
      { type: 'response.created', response: { id: 'r', model: 'm' } },
      { type: 'response.created', response: { id: 'again' } },
      { type: 'response.output_text.delta', output_index: 0, delta: 7 },
      { type: 'response.output_text.delta', output_index: 0, delta: 'a' },
      { type: 'response.output_item.done', output_index: 0, item: { type: 'message' } },
      { type: 'response.output_item.done', output_index: 1, item: { type: 'function_call' } },
      { type: 'response.output_item.done', output_index: 2, item: { type: 'reasoning', summary: [{}, { text: 'b' }] } },
      { type: 'response.completed' },
    ].flatMap((event) => reader.push({ data: JSON.stringify(event) }))
    expect(eventOrderProblems(events)).toEqual([])
    expect(collect(events)).toMatchObject({
      id: 'r',
      text: 'a',
      reasoning: 'b',
      toolCalls: [{ id: '', name: '', arguments: '' }],
      finish: { reason: 'tool-calls', raw: 'completed' },
    })
  })

  it('ends with an error even where the failure has no response', () => {
    expect(new ResponsesStreamReader().push({ event: 'response.failed', data: '{}' })).toMatchObject([
      { type: 'error', error: { code: 'upstream_interrupted' } },
    ])
  })

  it('keeps citations for clients of its own wire', () => {
    const { blocks } = collect(read(fixture('server-tool')))
    expect(blocks[0]?.block).toMatchObject({ carry: { wire: 'openai-responses', fields: { type: 'web_search_call' } } })
    expect(blocks[1]?.carry).toMatchObject({ fields: { annotations: [{ type: 'url_citation' }] } })
  })
})
