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

  it('counts a prompt once whose split between input and cache comes only at the end', () => {
    expect(lastUsage(readFixture('usage-split-late'))).toMatchObject({
      inputUncached: 18,
      inputCacheRead: 8831,
      output: 426,
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

describe('an event of the stream', () => {
  const readAll = (...bodies: readonly object[]): readonly InferenceEvent[] => {
    const reader = new MessagesStreamReader()
    return [...bodies.flatMap((body) => reader.push({ data: JSON.stringify(body) })), ...reader.end()]
  }
  const start = { type: 'message_start', message: { id: 'm', model: 'c', usage: { input_tokens: 3 } } }
  const block = (content_block: unknown, index = 0) => ({ type: 'content_block_start', index, content_block })
  const delta = (more: object, index = 0) => ({ type: 'content_block_delta', index, delta: more })
  const ending = (more: object = { stop_reason: 'end_turn' }) => ({ type: 'message_delta', delta: more })
  const stop = { type: 'message_stop' }

  it('may lack what it should have: names, deltas, a reason', () => {
    const events = readAll(
      { type: 'message_start', message: { id: 7, model: null } },
      block({ type: 'text' }),
      delta({ type: 'text_delta', text: 7 }),
      delta({ type: 'strange_delta', x: 1 }),
      delta({ type: 'signature_delta', signature: 7 }),
      { type: 'content_block_delta', index: 0 },
      delta({ type: 'citations_delta' }, 5),
      { type: 'ping' },
      ending({}),
      stop,
    )
    expect(eventOrderProblems(events)).toEqual([])
    expect(events[0]).toEqual({ type: 'response-start', id: '', model: '' })
    expect(events.at(-1)).toEqual({ type: 'response-end', finish: { reason: 'other' } })
  })

  it('may open a block where another is open, which ends then', () => {
    const events = readAll(
      start,
      block({ type: 'text', text: 'a' }),
      block({ type: 'text', text: 'b' }),
      ending(),
      stop,
    )
    expect(eventOrderProblems(events)).toEqual([])
    expect(outline(events)).toEqual(['text: a', 'text: b', 'end stop end_turn'])
  })

  it('may bring citations with the start of its block, and more after', () => {
    const events = readAll(
      start,
      block({ type: 'text', text: 'a', citations: [{ n: 1 }] }),
      delta({ type: 'citations_delta', citation: { n: 2 } }),
      ending(),
      stop,
    )
    expect(events).toContainEqual({
      type: 'block-end',
      index: 0,
      carry: { wire: 'anthropic-messages', fields: { citations: [{ n: 1 }, { n: 2 }] } },
    })
  })

  it('completes a block that only this wire knows, member by member', () => {
    const events = readAll(
      start,
      block({ type: 'mcp_tool_use', id: 's', text: 'a' }),
      delta({ type: 'mcp_delta', text: 'b', list: [1] }),
      delta({ type: 'mcp_delta', list: [2], id: 7 }),
      delta({ type: 'input_json_delta', partial_json: 7 }),
      delta({ type: 'input_json_delta', partial_json: '{"q":1}' }),
      ending(),
      stop,
    )
    expect(events.flatMap((event) => (event.type === 'block-start' ? [event.block] : []))).toEqual([
      {
        type: 'other',
        carry: {
          wire: 'anthropic-messages',
          fields: { type: 'mcp_tool_use', id: 7, text: 'ab', list: [2], input: { q: 1 } },
        },
      },
    ])
  })

  it('gives a call without arguments those of its start, else none; hidden thinking without its words is empty', () => {
    const events = readAll(
      start,
      block({ type: 'tool_use', id: 't', name: 'f', input: { a: 1 } }),
      block({ type: 'tool_use', id: 'u', name: 'g' }, 1),
      block({ type: 'redacted_thinking' }, 2),
      ending(),
      stop,
    )
    expect(outline(events)).toEqual([
      'tool-call f: {"a":1}',
      'tool-call g: {}',
      'reasoning: ',
      'end tool-calls end_turn',
    ])
  })

  it('tells of the end what has a value', () => {
    const events = readAll(start, ending({ stop_reason: 'end_turn', container: { id: 'c' }, other: null }), stop)
    expect(events.at(-1)).toMatchObject({ carry: { fields: { container: { id: 'c' } } } })
    expect(JSON.stringify(events.at(-1))).not.toContain('other"')
  })

  it('keeps the output that was told where a later one tells none', () => {
    const events = readAll(
      start,
      { ...ending(), usage: { output_tokens: 5 } },
      { type: 'message_delta', usage: {} },
      stop,
    )
    expect(lastUsage(events)).toMatchObject({ inputUncached: 3, output: 5 })
  })
})
