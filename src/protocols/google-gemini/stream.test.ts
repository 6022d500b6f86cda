import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SseReader } from '../../bytes/sse.ts'
import { collect, eventOrderProblems, type InferenceEvent } from '../../inference/index.ts'
import { markSignature } from '../signature.ts'
import { GeminiStreamReader } from './stream.ts'
import { wireId } from './wire.ts'

const fixtures = new URL('../../../test/fixtures/google-gemini/', import.meta.url)
const streamNames = readdirSync(fixtures).filter((name) => readdirSync(new URL(name, fixtures)).includes('answer.sse'))

function fixture(name: string): Buffer {
  return readFileSync(new URL(`${name}/answer.sse`, fixtures))
}

function* pieces(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

function read(chunks: Iterable<Uint8Array>): InferenceEvent[] {
  const frames = new SseReader()
  const reader = new GeminiStreamReader()
  const events: InferenceEvent[] = []
  for (const chunk of chunks) for (const frame of frames.push(chunk)) events.push(...reader.push(frame))
  for (const frame of frames.end()) events.push(...reader.push(frame))
  events.push(...reader.end())
  return events
}

/** What was said, in order, then how it ended. */
function outline(name: string): string[] {
  const { blocks, finish, error } = collect(read([fixture(name)]))
  return [
    ...blocks.map(({ block, text, signature }) => {
      const signed = signature === undefined ? '' : ` [${signature}]`
      if (block.type === 'tool-call') return `${block.name}(${text}) ${block.id}`
      if (block.type === 'other') return `other: ${Object.keys(block.carry.fields).join()}`
      return `${block.type}: ${text}${signed}`
    }),
    ...(finish ? [`${finish.reason} ${finish.raw}`] : []),
    ...(error ? [`${error.code} ${error.status} ${error.message}`] : []),
  ]
}

describe('Gemini stream reader, cut anywhere', () => {
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

  it.each(streamNames)('keeps the order of events for %s', (name) => {
    expect(eventOrderProblems(read([fixture(name)]))).toEqual([])
  })

  it.each(streamNames)('never ends %s well when its bytes stop before the finish reason', (name) => {
    const bytes = fixture(name)
    const finish = bytes.toString().search(/"(?:finishReason|blockReason)"/)
    const until = finish === -1 ? bytes.length : Buffer.byteLength(bytes.toString().slice(0, finish))
    for (let at = 0; at < until; at += 7) expect(read([bytes.subarray(0, at)]).at(-1)?.type).toBe('error')
  })
})

describe('Gemini stream reader', () => {
  it.each<[string, string[]]>([
    ['text', ['text: Hello wörld 🌍!', 'stop STOP']],
    ['thinking', ['reasoning: **Weighing**\n\nFirst then.', 'text: It is 42.', 'stop STOP']],
    [
      'signed-text',
      ['text: Fine.', 'reasoning:  [google-gemini/text:CiQB0e2Kb+1/xPz3Yg0H8c7o2vVq9kZ0b1aX5d6rTqzv4Uo=]', 'stop STOP'],
    ],
    [
      'parallel-calls',
      [
        'reasoning:  [google-gemini/call:EvUCCvICAdHtim+/0qvO7n+YfXk=]',
        'get_weather({"city":"Paris"}) call_mNx4aKDhBvS9_0',
        'get_weather({"city":"Köln"}) call_mNx4aKDhBvS9_1',
        'tool-calls STOP',
      ],
    ],
    [
      'calls-in-several-chunks',
      [
        'text: Let me look.',
        'get_weather({"city":"Paris"}) call_mNx4aKDhBvS9_0',
        'now({}) call_mNx4aKDhBvS9_1',
        'tool-calls STOP',
      ],
    ],
    [
      'thinking-then-signed-call',
      [
        'reasoning: I need the weather. [google-gemini/call:CiQB0e2Kb+1/xPz3Yg0H8c7o2vVq9kZ0b1aX5d6rTqzv4Uo=]',
        'get_weather({"city":"Bern"}) call_mNx4aKDhBvS9_0',
        'tool-calls STOP',
      ],
    ],
    ['call-with-id', ['get_weather({"city":"Bern"}) k3v9x1', 'tool-calls STOP']],
    ['max-tokens', ['text: Once upon a', 'length MAX_TOKENS']],
    ['max-tokens-while-thinking', ['length MAX_TOKENS']],
    ['safety', ['text: The first', 'content-filter SAFETY']],
    ['prompt-blocked', ['content-filter PROHIBITED_CONTENT']],
    [
      'malformed-call',
      [
        "upstream_rejected 502 the model's answer was unusable (MALFORMED_FUNCTION_CALL): Malformed function call: print(default_api.get_weather(",
      ],
    ],
    ['code', ['text: Running.', 'other: executableCode', 'other: codeExecutionResult', 'text: It is 42.', 'stop STOP']],
    ['usage-last', ['text: Hi.', 'stop STOP']],
    ['finish-in-every-chunk', ['text: Hey.', 'stop STOP']],
    ['line-feeds', ['text: Hi.', 'stop STOP']],
    ['array-in-frame', ['text: Hey.', 'stop STOP']],
    ['error-first', ['upstream_rejected 503 The model is overloaded. Please try again later.']],
    ['error-in-the-middle', ['text: Hel', 'upstream_rejected 500 An internal error has occurred.']],
    [
      'cut',
      [
        'text: Hello wor',
        "upstream_interrupted 502 the provider's stream ended before its finishReason; the answer is not whole",
      ],
    ],
  ])('reads %s', (name, expected) => {
    expect(outline(name)).toEqual(expected)
  })

  it.each([
    ['text', { inputUncached: 6, output: 4 }],
    ['thinking', { inputUncached: 12, output: 46, outputReasoning: 41 }],
    ['cached', { inputUncached: 904, inputCacheRead: 4096, output: 2 }],
    ['max-tokens-while-thinking', { inputUncached: 9, output: 48, outputReasoning: 48 }],
    ['grounded', { inputUncached: 129, output: 3, webSearches: 1 }],
    ['usage-last', { inputUncached: 4, output: 2 }],
  ])('counts the tokens of %s', (name, expected) => {
    const { raw, ...counted } = collect(read([fixture(name)])).usage ?? {}
    expect(counted).toEqual(expected)
    expect(raw).toBeDefined()
  })

  it('keeps what only this wire knows for whoever asks', () => {
    expect(collect(read([fixture('grounded')])).carry).toEqual({
      wire: 'google-gemini',
      fields: { groundingMetadata: { webSearchQueries: ['weather bern'] } },
    })
  })

  it.each(['', 'x', '7', 'null', '[]', '{}', '[7]', '{"error":true}', '{"candidates":[{"content":{"parts":[7,{}]}}]}'])(
    'never throws for the frame %j',
    (data) => {
      expect(() => new GeminiStreamReader().push({ data })).not.toThrow()
    },
  )

  it('says nothing after its end', () => {
    const reader = new GeminiStreamReader()
    const frame = { data: '{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}' }
    reader.push(frame)
    reader.end()
    expect([...reader.push(frame), ...reader.end()]).toEqual([])
  })
})

describe('a chunk of Gemini', () => {
  const readAll = (...chunks: readonly object[]): readonly InferenceEvent[] => {
    const reader = new GeminiStreamReader()
    return [...chunks.flatMap((chunk) => reader.push({ data: JSON.stringify(chunk) })), ...reader.end()]
  }
  const candidate = (more: object) => ({ candidates: [{ content: { role: 'model', ...more } }] })
  const parts = (...list: readonly unknown[]) => candidate({ parts: list })
  const stop = { candidates: [{ finishReason: 'STOP' }] }

  it('that says when it was made is believed where that is an instant', () => {
    const start = (createTime: unknown) => readAll({ createTime, ...stop })[0]
    expect(start('2026-11-20T10:00:00Z')).toMatchObject({ createdAtMs: Date.parse('2026-11-20T10:00:00Z') })
    expect(start('soon')).not.toHaveProperty('createdAtMs')
    expect(start(7)).not.toHaveProperty('createdAtMs')
  })

  it('may be one of a list, and what follows an error is not read', () => {
    const events = readAll([parts({ text: 'a' }), { error: { code: 503, message: 'down' } }, parts({ text: 'b' })])
    expect(collect(events)).toMatchObject({ text: 'a', error: { status: 503 } })
    expect(events.at(-1)?.type).toBe('error')
  })

  it('that names no reason for a refused prompt refuses nothing', () => {
    const feedback = { promptFeedback: { blockReason: 'BLOCK_REASON_UNSPECIFIED', safetyRatings: [] } }
    expect(collect(readAll(feedback, parts({ text: 'a' }), stop))).toMatchObject({
      text: 'a',
      finish: { reason: 'stop' },
    })
    const refused = collect(readAll({ promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: 'not this' } }))
    expect(refused).toMatchObject({ finish: { reason: 'content-filter', raw: 'SAFETY' } })
    expect(refused.blocks).toMatchObject([{ block: { type: 'refusal' }, text: 'not this' }])
  })

  it('may sign thinking in its last words, after them, or without any', () => {
    const thought = (text: string, thoughtSignature?: string) => ({ text, thought: true, thoughtSignature })
    const signatures = (...chunks: readonly object[]) =>
      collect(readAll(...chunks, stop)).blocks.map(({ block, text, signature }) => [block.type, text, signature])
    const mine = markSignature(wireId, 'thought', 'S')
    expect(signatures(parts(thought('hm', 'S')), parts({ text: 'yes' }))).toEqual([
      ['reasoning', 'hm', mine],
      ['text', 'yes', undefined],
    ])
    expect(signatures(parts(thought('hm')), parts(thought('', 'S')))).toEqual([['reasoning', 'hm', mine]])
    expect(signatures(parts(thought('', 'S')))).toEqual([['reasoning', '', mine]])
    expect(signatures(parts({ thoughtSignature: 'S' }))).toEqual([
      ['reasoning', '', markSignature(wireId, 'text', 'S')],
    ])
    expect(signatures(parts({ thought: true }))).toEqual([])
  })

  it('gives calls without an id one that is theirs alone', () => {
    const calls = parts(
      { functionCall: { name: 'get weather' } },
      { functionCall: { name: 'get weather' } },
      { functionCall: {} },
    )
    const ids = (more: object) => collect(readAll({ ...calls, ...more }, stop)).toolCalls.map(({ id }) => id)
    expect(ids({})).toEqual(['call_get_weather_0', 'call_get_weather_1', 'call__2'])
    expect(ids({ responseId: 'r/1' })).toEqual(['call_r_1_0', 'call_r_1_1', 'call_r_1_2'])
  })

  it('holds a picture only where it is one, and none that was made while thinking', () => {
    const pictures = parts(
      { inlineData: { mimeType: 'image/png', data: 'iVBO' } },
      { inlineData: { mimeType: 'image/png', data: 'iVBO' }, thought: true },
      { inlineData: { mimeType: 'audio/wav', data: 'UklG' } },
      { inlineData: { mimeType: 'image/png' } },
      { executableCode: { code: '1' } },
      7,
    )
    const found = collect(readAll(pictures, stop)).blocks.map(({ block }) => block.type === 'other' && block.picture)
    expect(found).toEqual([{ mediaType: 'image/png', base64: 'iVBO' }, undefined, undefined, undefined, undefined])
  })

  it.each([
    [{ webSearchQueries: ['a', 'b'] }, 2],
    [{ webSearchQueries: [], groundingChunks: [{}] }, 1],
    [{ groundingChunks: [{}, {}] }, 1],
    [{ groundingChunks: [] }, undefined],
    [{ webSearchQueries: 'a' }, undefined],
    ['grounded', undefined],
  ])('grounded in %j counts %s searches', (groundingMetadata, webSearches) => {
    const { usage } = collect(
      readAll({ candidates: [{ groundingMetadata, finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 1 } }),
    )
    expect(usage?.webSearches).toBe(webSearches)
  })

  it('with a reason that is new ends like any other', () => {
    const word = (finishReason: string) =>
      collect(readAll(parts({ text: 'a' }), { candidates: [{ finishReason }] })).finish
    expect(word('SOMETHING_NEW')).toEqual({ reason: 'other', raw: 'SOMETHING_NEW' })
    expect(word('constructor')).toEqual({ reason: 'other', raw: 'constructor' })
  })
})
