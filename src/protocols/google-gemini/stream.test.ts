import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SseReader } from '../../bytes/sse.ts'
import { collect, eventOrderProblems, type InferenceEvent } from '../../inference/index.ts'
import { GeminiStreamReader } from './stream.ts'

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
