import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type RawFrame, SseReader } from '../../bytes/sse.ts'
import { collect, eventOrderProblems, type InferenceEvent } from '../../inference/index.ts'
import { ChatStreamReader } from './stream.ts'

const fixtures = new URL('../../../test/fixtures/openai-chat/', import.meta.url)
const streamNames = readdirSync(fixtures).filter((name) => readdirSync(new URL(name, fixtures)).includes('answer.sse'))

function fixture(name: string): Buffer {
  return readFileSync(new URL(`${name}/answer.sse`, fixtures))
}

function read(chunks: Iterable<Uint8Array>): InferenceEvent[] {
  const frames = new SseReader()
  const reader = new ChatStreamReader()
  const events: InferenceEvent[] = []
  for (const chunk of chunks) for (const frame of frames.push(chunk)) events.push(...reader.push(frame))
  for (const frame of frames.end()) events.push(...reader.push(frame))
  events.push(...reader.end())
  return events
}

function* pieces(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What was said, in order, then how it ended. */
function outline(name: string): string[] {
  const { blocks, finish, error } = collect(read([fixture(name)]))
  return [
    ...blocks.map(({ block, text }) =>
      block.type === 'tool-call' ? `${block.name}(${text}) ${block.id}` : `${block.type}: ${text}`,
    ),
    ...(finish ? [`${finish.reason} ${finish.raw}`] : []),
    ...(error ? [`${error.code} ${error.status} ${error.message}`] : []),
  ]
}

/** What the reader is given; it sees nothing else of the bytes. */
function framesOf(chunks: Iterable<Uint8Array>): string {
  const frames = new SseReader()
  const given: RawFrame[] = []
  for (const chunk of chunks) given.push(...frames.push(chunk))
  given.push(...frames.end())
  return JSON.stringify(given.filter((frame) => frame.data !== undefined).map((frame) => [frame.event, frame.data]))
}

describe('chat stream reader, cut anywhere', () => {
  it.each(streamNames)('is given the same frames for %s in two parts cut at every byte', (name) => {
    const bytes = fixture(name)
    const whole = framesOf([bytes])
    for (let at = 1; at < bytes.length; at++) {
      const frames = framesOf([bytes.subarray(0, at), bytes.subarray(at)])
      if (frames !== whole) expect(frames, `cut at ${at}`).toBe(whole)
    }
  })

  it.each(streamNames)('gives the same events for %s in pieces of 1 to 7 bytes', (name) => {
    const bytes = fixture(name)
    const whole = JSON.stringify(read([bytes]))
    for (let size = 1; size <= 7; size++) expect(JSON.stringify(read(pieces(bytes, size)))).toBe(whole)
  })

  it.each(streamNames)('keeps the order of events for %s', (name) => {
    expect(eventOrderProblems(read([fixture(name)]))).toEqual([])
  })

  it.each(streamNames)('never ends %s well when its bytes stop before the finish reason', (name) => {
    const bytes = fixture(name)
    const finish = bytes.toString().search(/\{[^\n]*"finish_reason":"[^\n]*/)
    const until = finish === -1 ? bytes.length : Buffer.byteLength(bytes.toString().slice(0, finish))
    for (let at = 0; at < until; at += 11) expect(read([bytes.subarray(0, at)]).at(-1)?.type).toBe('error')
  })
})

describe('chat stream reader', () => {
  it.each<[string, string[]]>([
    ['text', ['text: Hello wörld 🙂', 'stop stop']],
    [
      'parallel-tools',
      [
        'get_weather({"location":"Paris"}) call_DdmO9pD3xa9XTPNJ32zg2hcA',
        'get_weather({"location":"Rome"}) call_2zg2hcADdmO9pD3xa9XTPNJ3',
        'tool-calls tool_calls',
      ],
    ],
    ['interleaved-tools', ['text: Both.', 'f({"a":1}) call_a', 'g({"b":2}) call_b', 'tool-calls tool_calls']],
    ['whole-tool-call', ['get_weather({"location":"Paris"}) chatcmpl-tool-1f2e', 'tool-calls stop']],
    ['tools-without-index', ['f({"a":1}) call_1', 'g({"b":2}) call_2', 'tool-calls tool_calls']],
    ['tools-at-one-index', ['f({"a":1}) function-call-1', 'f({"a":2}) function-call-2', 'tool-calls stop']],
    ['tool-id-repeated', ['f({"a":1}) call_a', 'tool-calls tool_calls']],
    ['tool-without-id', ['f({}) call_bslfkBeAs8l4bebGdFOJ6PeG_0', 'tool-calls tool_calls']],
    ['tool-without-arguments', ['now() call_a', 'tool-calls tool_calls']],
    ['reasoning-content', ['reasoning: Let me think', 'text: 42', 'stop stop']],
    ['reasoning-field', ['reasoning: Hm', 'text: Yes', 'stop stop']],
    ['reasoning-again', ['reasoning: one', 'text: A', 'reasoning: two', 'text: B', 'stop stop']],
    ['content-parts', ['reasoning: Count. Done.', 'text: 3 apples', 'stop stop']],
    ['refusal', ["refusal: I'm sorry, I can't.", 'refusal stop']],
    ['no-done', ['text: Hi you', 'stop stop']],
    ['no-role', ['text: Hi you', 'stop stop']],
    ['empty-answer', ['stop stop']],
    ['crlf', ['text: Hi', 'stop stop']],
    ['filter-first', ['text: Hi', 'stop stop']],
    ['content-filter', ['text: How to', 'content-filter content_filter']],
    ['length', ['text: One two', 'length length']],
    ['two-answers', ['text: A', 'stop stop']],
    [
      'legacy-function',
      ['get_weather({"location":"Paris"}) call_bslfkBeAs8l4bebGdFOJ6PeG_0', 'tool-calls function_call'],
    ],
  ])('reads %s', (name, expected) => {
    expect(outline(name)).toEqual(expected)
  })

  it.each<[string, RegExp]>([
    ['cut', /^upstream_interrupted 502 .*ended before its answer was finished$/],
    ['done-without-finish', /^upstream_interrupted 502 .*ended before its answer was finished$/],
    ['cut-in-frame', /^upstream_interrupted 502 .*not a JSON object$/],
    ['invalid-json', /^upstream_interrupted 502 .*not a JSON object$/],
    ['done-only', /^upstream_interrupted 502 .*ended without an answer$/],
    ['error-first', /^upstream_rejected 429 Rate limit reached/],
    ['error-in-the-middle', /^upstream_rejected 500 The server had an error/],
    ['error-in-choice', /^upstream_rejected 502 Provider disconnected$/],
    ['error-in-choice-only', /^upstream_rejected 429 Slow down$/],
    ['error-without-words', /^upstream_interrupted 502 .*ended its answer with an error$/],
    ['error-object', /^upstream_rejected 500 EngineCore encountered an issue$/],
  ])('ends %s with an error', (name, expected) => {
    expect(outline(name).at(-1)).toMatch(expected)
  })

  it.each<[string, object | undefined]>([
    ['text', { inputUncached: 19, inputCacheRead: 0, output: 10, outputReasoning: 0 }],
    ['reasoning-content', { inputUncached: 4, inputCacheRead: 16, output: 8, outputReasoning: 6 }],
    ['reasoning-field', { inputUncached: 5, inputCacheRead: 2, inputCacheWrite5m: 5, output: 4 }],
    ['vendor-usage', { inputUncached: 11, output: 2 }],
    ['cumulative-usage', { inputUncached: 4, output: 2 }],
    ['usage-first', { inputUncached: 4, output: 5 }],
    ['no-done', { inputUncached: 3, output: 2 }],
    ['cut', undefined],
  ])('finds the usage of %s', (name, usage) => {
    const found = collect(read([fixture(name)])).usage
    if (usage) expect(found).toMatchObject(usage)
    else expect(found).toBeUndefined()
  })

  it('carries what only this wire knows to the end', () => {
    expect(collect(read([fixture('no-done')])).carry).toEqual({
      wire: 'openai-chat',
      fields: { citations: ['https://example.com/'] },
    })
  })

  it('keeps id, model and time of the first chunk that has them', () => {
    expect(read([fixture('filter-first')])[0]).toEqual({
      type: 'response-start',
      id: 'chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG',
      model: 'gpt-4o-2024-08-06',
      createdAtMs: 1741570283000,
    })
  })

  it('says nothing after its end', () => {
    const reader = new ChatStreamReader()
    reader.push({ data: '{"error":"gone"}' })
    expect([reader.push({ data: '{"choices":[{"delta":{"content":"x"}}]}' }), reader.end()]).toEqual([[], []])
  })

  it.each([
    '[]',
    'null',
    '1',
    '{}',
    '{"choices":null}',
    '{"choices":[null,1,{"index":1}]}',
    '{"choices":[{"delta":null}]}',
    '{"choices":[{"delta":{"content":{"a":1},"tool_calls":[null,{"function":null},{"function":{"arguments":{"a":1}}}]}}]}',
    '{"choices":[{"delta":{"content":[null,{"type":"image"},{"type":"refusal","refusal":"no"}]}}],"usage":[]}',
    '{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":-1,"completion_tokens":"7"}}',
  ])('does not throw at %s', (data) => {
    const reader = new ChatStreamReader()
    const events = [
      ...reader.push({ data }),
      ...reader.push({ data: '{"choices":[{"finish_reason":"stop"}]}' }),
      ...reader.end(),
    ]
    expect(eventOrderProblems(events)).toEqual([])
  })
})

describe('a chunk of a chat stream', () => {
  const readAll = (...chunks: readonly object[]): readonly InferenceEvent[] => {
    const reader = new ChatStreamReader()
    const frames = [...chunks.map((chunk) => ({ data: JSON.stringify(chunk) })), { data: '[DONE]' }]
    return [...frames.flatMap((frame) => reader.push(frame)), ...reader.end()]
  }
  const delta = (more: object, finish_reason: string | null = null) => ({
    id: 'c',
    model: 'm',
    choices: [{ index: 0, delta: more, finish_reason }],
  })
  const stop = delta({}, 'stop')

  it('may hold thinking as a list of words or of parts', () => {
    const answer = collect(
      readAll(
        delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'h' }, 'm'] }] }),
        delta({ content: 'yes' }),
        stop,
      ),
    )
    expect(answer).toMatchObject({ reasoning: 'hm', text: 'yes' })
  })

  it('may hold custom calls, and pieces that add nothing', () => {
    const piece = (...tool_calls: object[]) => delta({ tool_calls })
    const answer = collect(
      readAll(
        piece({ index: 0, id: 'a', type: 'custom', custom: { name: 'sh', input: 'l' } }),
        piece({ index: 0, custom: { input: 's' } }),
        piece({ index: 0 }),
        piece({ id: 'b', function: { name: 'f', arguments: '{' } }),
        piece({ function: { arguments: '}' } }),
        piece({ function: { name: 'g', arguments: '{}' } }),
        stop,
      ),
    )
    expect(answer.toolCalls.map(({ name, arguments: text }) => `${name} ${text}`)).toEqual(['sh ls', 'f {}', 'g {}'])
  })

  it('may come between others without a choice, with two, or without a delta', () => {
    const events = readAll(
      delta({ content: 'a' }),
      delta({ content: 'b' }),
      { choices: [] },
      { choices: 'none' },
      { choices: [7] },
      { choices: [{ index: 0 }] },
      {
        choices: [
          { index: 1, delta: { content: 'x' } },
          { index: 0, delta: { content: 'c' } },
        ],
      },
      stop,
    )
    expect(eventOrderProblems(events)).toEqual([])
    expect(collect(events).text).toBe('abc')
  })

  it.each([
    [
      { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 4 }, total_tokens: 14 },
      { inputUncached: 10, inputCacheRead: 4 },
    ],
    [
      { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 4 }, total_tokens: 10 },
      { inputUncached: 6, inputCacheRead: 4 },
    ],
    [
      { completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 3 }, total_tokens: 8 },
      { output: 8, outputReasoning: 3 },
    ],
    [
      { completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 3 }, total_tokens: 5 },
      { output: 5, outputReasoning: 3 },
    ],
  ])('with the usage %j counts %j', (usage, counted) => {
    expect(collect(readAll(delta({ content: 'a' }), { choices: [], usage }, stop)).usage).toMatchObject(counted)
  })

  it('is over at [DONE] without a finish reason only behind the usage of the whole answer', () => {
    const said = { data: '{"id":"a","choices":[{"index":0,"delta":{"content":"hi"}}]}' }
    const totals = { data: '{"id":"a","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}' }
    const end = (...frames: { data: string }[]) => {
      const reader = new ChatStreamReader()
      return [...frames, { data: '[DONE]' }].flatMap((frame) => [...reader.push(frame)]).at(-1)?.type
    }
    expect(end(said, totals)).toBe('response-end')
    expect(end(said)).toBe('error')
    expect(end(totals)).toBe('error')
  })
})
