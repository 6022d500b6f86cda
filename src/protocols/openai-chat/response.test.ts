import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import { collect, eventOrderProblems, type InferenceEvent } from '../../inference/index.ts'
import { readAnswer, writeAnswer } from './response.ts'

const strict = { model: 'asked', wantsUsage: true, nowMs: 1_700_000_000_500, isStrict: true }

function fixture(name: string): Record<string, unknown> {
  const file = new URL(`../../../test/fixtures/openai-chat/${name}/answer.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
}

function write(events: readonly InferenceEvent[], options = strict) {
  const { text, warnings } = writeAnswer(events, options)
  const body = JSON.parse(text)
  return { body, message: body.choices[0].message, warnings }
}

const answer = (...middle: InferenceEvent[]): InferenceEvent[] => [
  { type: 'response-start', id: 'r', model: 'm' },
  ...middle,
  { type: 'response-end', finish: { reason: 'stop', raw: 'end_turn' } },
]

const signed: InferenceEvent[] = answer(
  { type: 'block-start', index: 0, block: { type: 'reasoning' } },
  { type: 'block-delta', index: 0, text: 'hm' },
  { type: 'block-end', index: 0, signature: 'sig' },
  { type: 'block-start', index: 1, block: { type: 'reasoning', redacted: 'blob' } },
  { type: 'block-end', index: 1 },
  { type: 'block-start', index: 2, block: { type: 'text' } },
  { type: 'block-delta', index: 2, text: 'yes' },
  { type: 'block-end', index: 2 },
)

describe('whole chat answer, read', () => {
  it.each<[string, object]>([
    ['whole-text', { text: 'Hello! How can I assist you today?', finish: { reason: 'stop', raw: 'stop' } }],
    ['whole-refusal', { refusal: "I'm sorry, I cannot assist with that request.", finish: { reason: 'refusal' } }],
    ['whole-reasoning', { reasoning: '6 × 7', text: '42' }],
    ['whole-legacy-function', { toolCalls: [{ name: 'f', arguments: '{"a":1}' }], finish: { reason: 'tool-calls' } }],
    ['whole-no-finish', { text: 'Hi', finish: { reason: 'other' } }],
    ['whole-length', { text: 'One two', finish: { reason: 'length' } }],
    ['whole-empty', { text: '', blocks: [], finish: { reason: 'stop' } }],
    ['whole-error-200', { error: { code: 'upstream_rejected', message: 'Provider returned error', status: 429 } }],
  ])('gives what %s says', (name, expected) => {
    const events = readAnswer(fixture(name))
    expect(eventOrderProblems(events)).toEqual([])
    expect(collect(events)).toMatchObject(expected)
  })

  it('keeps calls apart even where their ids repeat, byte for byte, and calls the finish by its name', () => {
    const { toolCalls, finish } = collect(readAnswer(fixture('whole-tools')))
    expect(toolCalls.map((call) => [call.name, call.arguments])).toEqual([
      ['get_weather', '{\n"location": "Boston, MA"\n}'],
      ['now', ''],
    ])
    expect(finish).toEqual({ reason: 'tool-calls', raw: 'stop' })
  })

  it.each<[string, object | undefined]>([
    [
      'whole-reasoning',
      { inputUncached: 86, inputCacheRead: 1920, inputAudio: 10, output: 300, outputReasoning: 192, outputAudio: 5 },
    ],
    ['whole-reasoning-beside', { inputUncached: 24, inputCacheRead: 8, output: 328, outputReasoning: 319 }],
    ['whole-cached-beside', { inputUncached: 10, inputCacheRead: 60, inputCacheWrite5m: 40, output: 5 }],
    ['whole-no-usage', undefined],
  ])('normalises the usage of %s', (name, usage) => {
    const found = collect(readAnswer(fixture(name))).usage
    if (usage) expect(found).toMatchObject(usage)
    else expect(found).toBeUndefined()
  })

  it.each(['whole-no-choices', 'whole-not-this-wire'])('refuses %s as no answer of this wire', (name) => {
    expect(() => readAnswer(fixture(name))).toThrow(/not a chat completion/)
    expect(() => readAnswer({ choices: [{ index: 0 }] })).toThrow(/has no message/)
  })
})

describe('whole chat answer, written', () => {
  it('has the shape that clients know', () => {
    const events = answer({
      type: 'usage',
      usage: { inputUncached: 3, inputCacheRead: 2, inputCacheWrite1h: 4, output: 5, outputReasoning: 1 },
    })
    expect(write(events).body).toEqual({
      id: 'r',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'm',
      choices: [
        { index: 0, message: { role: 'assistant', content: '', refusal: null }, logprobs: null, finish_reason: 'stop' },
      ],
      usage: {
        prompt_tokens: 9,
        completion_tokens: 5,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 1 },
        cache_read_input_tokens: 2,
        cache_creation_input_tokens: 4,
      },
    })
  })

  it('says what the read answer said', () => {
    for (const name of ['whole-text', 'whole-reasoning', 'whole-refusal', 'whole-length']) {
      const events = readAnswer(fixture(name))
      const again = readAnswer(write(events).body)
      expect(collect(again).blocks).toEqual(collect(events).blocks)
      expect(collect(again).finish).toEqual(collect(events).finish)
      expect(collect(again).carry).toEqual(collect(events).carry)
    }
  })

  it('writes calls with an object of arguments and null content', () => {
    const { message, body } = write(
      answer(
        { type: 'block-start', index: 0, block: { type: 'tool-call', id: 'a', name: 'f' } },
        { type: 'block-end', index: 0, signature: 's' },
      ),
    )
    expect(message.content).toBeNull()
    expect(message.tool_calls).toEqual([{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }])
    expect(body.choices[0].finish_reason).toBe('tool_calls')
    expect(body.usage).toBeUndefined()
  })

  it('gives signed thinking only to clients that left the strict wire', () => {
    const plain = write(signed)
    expect(plain.message).toEqual({ role: 'assistant', content: 'yes', refusal: null, reasoning_content: 'hm' })
    expect(plain.warnings.map((warning) => warning.field)).toEqual(['content_blocks'])
    const open = write(signed, { ...strict, isStrict: false })
    expect(open.warnings).toEqual([])
    expect(open.body.choices[0].finish_reason).toBe('end_turn')
    expect(open.message.content_blocks).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'blob' },
      { type: 'text', text: 'yes' },
    ])
  })

  it('gives what a provider says beside its answer only to clients that left the strict wire', () => {
    const fields = { groundingMetadata: { webSearchQueries: ['q'] }, index: 7, message: 'no' }
    const carry = { wire: 'google-gemini', fields }
    const grounded = answer().map((event) => (event.type === 'response-end' ? { ...event, carry } : event))
    expect(write(grounded).body.choices[0]).not.toHaveProperty('groundingMetadata')
    expect(write(grounded, { ...strict, isStrict: false }).body.choices[0]).toMatchObject({
      index: 0,
      message: { role: 'assistant' },
      groundingMetadata: { webSearchQueries: ['q'] },
    })
  })

  it('names what it had to leave out', () => {
    const events = answer(
      { type: 'block-start', index: 0, block: { type: 'other', carry: { wire: 'x', fields: {} } } },
      { type: 'block-end', index: 0 },
      { type: 'block-start', index: 1, block: { type: 'tool-call', id: 'a', name: 'f' } },
      { type: 'block-end', index: 1, signature: 's' },
    )
    expect(write(events).warnings.map((warning) => warning.field)).toEqual(['content', 'tool_calls.signature'])
  })

  it('throws the error of a broken answer', () => {
    const error = new GatewayError('upstream_rejected', 'no')
    expect(() => writeAnswer([{ type: 'error', error }], strict)).toThrow(error)
    expect(() => writeAnswer(signed.slice(0, -1), strict)).toThrow(/has no ending/)
  })
})

describe('a whole answer of more than the specification', () => {
  it('ends in the error of its choice', () => {
    const choices = [{ message: { content: 'half' }, error: { message: 'down', code: 503 } }]
    expect(readAnswer({ choices }).at(-1)).toMatchObject({ type: 'error', error: { message: 'down' } })
  })

  it('leaves empty texts out of its blocks', () => {
    const events = answer(
      { type: 'block-start', index: 0, block: { type: 'reasoning' } },
      { type: 'block-delta', index: 0, text: 'hm' },
      { type: 'block-end', index: 0, signature: 'S' },
      { type: 'block-start', index: 1, block: { type: 'text' } },
      { type: 'block-end', index: 1 },
    )
    expect(write(events, { ...strict, isStrict: false }).message.content_blocks).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'S' },
    ])
  })
})
