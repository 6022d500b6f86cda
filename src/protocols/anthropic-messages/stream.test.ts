import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SseReader } from '../../bytes/sse.ts'
import { eventOrderProblems, type InferenceEvent } from '../../inference/index.ts'
import { MessagesStreamReader } from './stream.ts'

const fixtures = new URL('../../../test/fixtures/anthropic-messages/', import.meta.url)
const streamNames = readdirSync(fixtures).filter((name) => readdirSync(new URL(name, fixtures)).includes('answer.sse'))

function fixture(name: string): Buffer {
  return readFileSync(new URL(`${name}/answer.sse`, fixtures))
}

function read(chunks: Iterable<Uint8Array>): InferenceEvent[] {
  const frames = new SseReader()
  const reader = new MessagesStreamReader()
  const events: InferenceEvent[] = []
  for (const chunk of chunks) for (const frame of frames.push(chunk)) events.push(...reader.push(frame))
  for (const frame of frames.end()) if (!frame.isCut) events.push(...reader.push(frame))
  events.push(...reader.end())
  return events
}

function* pieces(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

function readFixture(name: string): InferenceEvent[] {
  return read([fixture(name)])
}

/** The events in short: block kinds with their text, then how it ended. */
function outline(events: readonly InferenceEvent[]): string[] {
  const lines: string[] = []
  const lineOf = new Map<number, number>()
  for (const event of events) {
    if (event.type === 'block-start') {
      lineOf.set(event.index, lines.length)
      lines.push(`${event.block.type}${event.block.type === 'tool-call' ? ` ${event.block.name}` : ''}: `)
    }
    if (event.type === 'block-delta') lines[lineOf.get(event.index)!] += event.text
    if (event.type === 'block-end' && event.signature) lines[lineOf.get(event.index)!] += ` [${event.signature}]`
    if (event.type === 'response-end') lines.push(`end ${event.finish.reason} ${event.finish.raw}`)
    if (event.type === 'error') lines.push(`error ${event.error.code} ${event.error.status} ${event.error.message}`)
  }
  return lines
}

function lastUsage(events: readonly InferenceEvent[]) {
  return events.flatMap((event) => (event.type === 'usage' ? [event.usage] : [])).at(-1)
}

const signature = 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds+QzLA=='

describe('stream reader, cut anywhere', () => {
  it.each(streamNames)('gives the same events for %s in two parts cut at every byte', (name) => {
    const bytes = fixture(name)
    const whole = JSON.stringify(read([bytes]))
    for (let at = 1; at < bytes.length; at++) {
      const events = JSON.stringify(read([bytes.subarray(0, at), bytes.subarray(at)]))
      if (events !== whole) expect(events, `cut at ${at}`).toBe(whole)
    }
  })

  it.each(streamNames)('gives the same events for %s in pieces of 1 to 7 bytes', (name) => {
    const bytes = fixture(name)
    const whole = JSON.stringify(read([bytes]))
    for (let size = 1; size <= 7; size++) expect(JSON.stringify(read(pieces(bytes, size)))).toBe(whole)
  })

  it.each(streamNames)('never ends %s well when its bytes stop early', (name) => {
    const bytes = fixture(name)
    const text = bytes.toString()
    const lastFrame = Math.max(text.indexOf('event: message_stop'), 0)
    for (let at = 0; at < Buffer.byteLength(text.slice(0, lastFrame)); at += 7) {
      expect(read([bytes.subarray(0, at)]).at(-1)?.type).toBe('error')
    }
  })
})

describe('stream reader, content', () => {
  it.each(streamNames)('gives the events of %s in the order every reader keeps', (name) => {
    expect(eventOrderProblems(readFixture(name))).toEqual([])
  })

  it('starts by itself when the provider forgot to', () => {
    const reader = new MessagesStreamReader()
    const start = { data: '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"hi"}}' }
    const events = [...reader.push(start), ...reader.push({ data: '{"type":"message_stop"}' })]
    expect(eventOrderProblems(events)).toEqual([])
    expect(outline(events)).toEqual(['text: hi', 'end other undefined'])
  })

  it('reads text, characters of several bytes included, and ignores pings', () => {
    expect(outline(readFixture('text'))).toEqual(['text: Hello! Grüße 🌍 日本.', 'end stop end_turn'])
  })

  it('reads text and two tool calls with their arguments byte for byte', () => {
    expect(outline(readFixture('parallel-tools'))).toEqual([
      "text: I'll check both cities.",
      'tool-call get_weather: {"location": "San Francisco, CA"}',
      'tool-call get_time: {"zone": "Europe/Berlin"}',
      'end tool-calls tool_use',
    ])
  })

  it('gives a tool call without arguments the empty object', () => {
    expect(outline(readFixture('tool-no-arguments'))).toEqual(['tool-call list_files: {}', 'end tool-calls tool_use'])
  })

  it('keeps cut arguments unmended and says the length limit was met', () => {
    expect(outline(readFixture('tool-arguments-cut'))).toEqual([
      'tool-call write_file: {"path": "a.txt", "text": "once upon',
      'end length max_tokens',
    ])
  })

  it('reads a tool call that came whole in its start', () => {
    expect(outline(readFixture('tool-whole-in-start'))[0]).toBe('tool-call get_weather: {"location":"Paris"}')
  })

  it('says tool-calls when end_turn follows a tool call', () => {
    expect(outline(readFixture('end-turn-after-tool')).at(-1)).toBe('end tool-calls end_turn')
  })

  it('keeps blocks apart that are open at the same time', () => {
    expect(outline(readFixture('interleaved-blocks')).slice(0, 2)).toEqual([
      'tool-call first: {"a":1}',
      'tool-call second: {"b":2}',
    ])
  })

  it('reads signed thinking, text, thinking again', () => {
    expect(outline(readFixture('thinking-text-thinking'))).toEqual([
      `reasoning: First thought. [${signature}]`,
      'text: First words.',
      'reasoning: Second thought. [Ev8BCkYIBRgCKkA=]',
      'text: Last words.',
      'end stop end_turn',
    ])
  })

  it('keeps the signature of a thinking block without text', () => {
    expect(outline(readFixture('thinking-omitted'))[0]).toBe(`reasoning:  [${signature}]`)
  })

  it('keeps redacted thinking', () => {
    expect(readFixture('thinking-redacted')[2]).toMatchObject({
      block: { type: 'reasoning', redacted: 'EmwKAhgBEgy3va3pzix/LafPsn4aDFIT2Xlxh0L5L8rLVyIwxtE3rAFBa8cr3qpP' },
    })
  })

  it('carries a server tool whole, with the input its deltas brought, and citations with their text', () => {
    const events = readFixture('server-tool')
    expect(events.filter((event) => event.type === 'block-start').map((event) => event.block)).toMatchObject([
      { type: 'text' },
      { type: 'other', carry: { fields: { type: 'server_tool_use', input: { query: 'weather NYC today' } } } },
      { type: 'other', carry: { fields: { type: 'web_search_tool_result' } } },
      { type: 'text' },
    ])
    expect(events.filter((event) => event.type === 'block-end').at(-1)).toMatchObject({
      carry: { fields: { citations: [{ cited_text: 'Sunny, 72F' }] } },
    })
  })

  it('takes the kind of a block from its deltas, so that thinking never lands in the text', () => {
    const reader = new MessagesStreamReader()
    const push = (body: object) => reader.push({ data: JSON.stringify(body) })
    const events = [
      ...push({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      ...push({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } }),
      ...push({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'yes' } }),
      ...push({ type: 'message_stop' }),
    ]
    expect(outline(events)).toEqual(['text: ', 'reasoning: hm', 'text: yes', 'end other undefined'])
  })

  it('carries blocks and deltas it does not know and ignores events it does not know', () => {
    const events = readFixture('unknown-events')
    expect(outline(events)).toEqual(['text: Hello', 'other: ', 'end other tomorrow_reason'])
    expect(events.filter((event) => event.type === 'block-start').at(-1)).toMatchObject({
      block: { carry: { fields: { type: 'tomorrow_block', content: 'parts' } } },
    })
  })

  it('starts once although the start is sent twice', () => {
    const reader = new MessagesStreamReader()
    const start = { data: '{"type":"message_start","message":{"id":"a","model":"m"}}' }
    expect(reader.push(start)).toEqual([{ type: 'response-start', id: 'a', model: 'm' }])
    expect(reader.push(start)).toEqual([])
  })

  it.each([
    ['text', 'end stop end_turn'],
    ['stop-sequence', 'end stop-sequence stop_sequence'],
    ['max-tokens', 'end length max_tokens'],
    ['refusal', 'end refusal refusal'],
    ['pause-turn', 'end pause pause_turn'],
    ['context-window', 'end length model_context_window_exceeded'],
    ['empty-answer', 'end stop end_turn'],
    ['no-finish', 'end other undefined'],
    ['crlf-and-comments', 'end stop end_turn'],
  ])('reads how %s ended', (name, ending) => {
    expect(outline(readFixture(name)).at(-1)).toBe(ending)
  })

  it('names the stop sequence and carries what a refusal says', () => {
    expect(readFixture('stop-sequence').at(-1)).toMatchObject({ finish: { stopSequence: 'three' } })
    expect(readFixture('refusal').at(-1)).toMatchObject({ carry: { fields: { stop_details: { category: 'cyber' } } } })
  })
})

describe('stream reader, usage', () => {
  it('keeps the split of cache writes although the last figures have only their total', () => {
    expect(lastUsage(readFixture('cached-usage'))).toMatchObject({
      inputUncached: 21,
      inputCacheRead: 188086,
      inputCacheWrite5m: 100,
      inputCacheWrite1h: 200,
      output: 393,
    })
  })

  it('takes late counts over the zeros of the start', () => {
    expect(lastUsage(readFixture('usage-late'))).toMatchObject({ inputUncached: 77, inputCacheRead: 10, output: 5 })
  })

  it('keeps the input of the start when the end tells output alone', () => {
    expect(lastUsage(readFixture('usage-output-only'))).toMatchObject({ inputUncached: 25, output: 5 })
  })

  it('tells the thinking part of the output and keeps the raw object', () => {
    const usage = lastUsage(readFixture('thinking-tool'))
    expect(usage).toMatchObject({ output: 120, outputReasoning: 64, raw: { service_tier: 'standard' } })
  })
})

describe('stream reader, errors', () => {
  it.each([
    ['error-first', ['error upstream_rejected 529 Overloaded']],
    ['error-after-start', ['error upstream_rejected 529 Overloaded']],
    ['error-in-the-middle', ['text: Hel', 'error upstream_rejected 500 Internal server error']],
  ])('turns %s into an error event with the status its word stands for', (name, lines) => {
    expect(outline(readFixture(name))).toEqual(lines)
  })

  it.each(['cut', 'cut-in-frame', 'cut-after-finish'])('says that %s was interrupted', (name) => {
    expect(readFixture(name).at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_interrupted' } })
  })

  it('turns a frame that is not JSON into an error and says nothing after it', () => {
    const events = readFixture('invalid-json')
    expect(outline(events)).toHaveLength(2)
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_interrupted' } })
  })

  it.each([
    '[1]',
    '"x"',
    '{"type":"content_block_start","index":0}',
    '{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{"}}',
  ])('turns %s into an error without throwing', (data) => {
    expect(new MessagesStreamReader().push({ data })).toMatchObject([{ type: 'error' }])
  })

  it.each([
    '{"type":"message_start"}',
    '{"type":"content_block_delta","index":0}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":7}}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}',
    '{"type":"message_delta","delta":null,"usage":null}',
    '{"type":"content_block_stop","index":9}',
    '[DONE]',
    '{}',
  ])('has nothing to say for %s', (data) => {
    expect(new MessagesStreamReader().push({ data })).toEqual([])
  })

  it("reads another family's error object", () => {
    expect(new MessagesStreamReader().push({ data: '{"error":{"message":"no"}}' })).toMatchObject([
      { type: 'error', error: { message: 'no', status: 500 } },
    ])
  })

  it('is quiet after its end', () => {
    const reader = new MessagesStreamReader()
    expect(reader.end()).toHaveLength(1)
    expect(reader.end()).toEqual([])
    expect(reader.push({ data: '{"type":"message_start","message":{}}' })).toEqual([])
  })
})
