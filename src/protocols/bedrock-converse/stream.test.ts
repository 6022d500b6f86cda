import { describe, expect, it } from 'vitest'
import { casesWith, streamBytes } from '../../../test/golden/fixtures.ts'
import { encodeFrames, type RecordedFrame } from '../../../test/support/aws-frames.ts'
import { AwsEventStreamReader } from '../../bytes/aws-event-stream.ts'
import { collect, eventOrderProblems, type InferenceEvent } from '../../inference/index.ts'
import { ConverseStreamReader } from './stream.ts'

function readPieces(pieces: readonly Buffer[]): readonly InferenceEvent[] {
  const frames = new AwsEventStreamReader()
  const reader = new ConverseStreamReader()
  const read = [...pieces.flatMap((piece) => frames.push(piece)), ...frames.end()]
  return [...read.flatMap((frame) => reader.push(frame)), ...reader.end()]
}

function read(...frames: RecordedFrame[]): readonly InferenceEvent[] {
  return readPieces([encodeFrames(frames)])
}

const start: RecordedFrame = ['event messageStart', { role: 'assistant' }]
const stop = (stopReason: string): RecordedFrame => ['event messageStop', { stopReason }]
const delta = (contentBlockIndex: number, said: unknown): RecordedFrame => [
  'event contentBlockDelta',
  { contentBlockIndex, delta: said },
]
const usage: RecordedFrame = ['event metadata', { usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 } }]

const recorded = casesWith('bedrock-converse', 'answer.frames').map((each) => [each.name, each] as const)

describe('every recorded stream', () => {
  it.each(recorded)('%s is read the same wherever it is cut', (_, each) => {
    const bytes = streamBytes(each, 'aws-event-stream')
    const whole = readPieces([bytes])
    expect(eventOrderProblems(whole)).toEqual([])
    for (let at = 1; at < bytes.length; at++)
      expect(readPieces([bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(whole)
    for (let size = 1; size <= 7; size++) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      )
      expect(readPieces(pieces), `pieces of ${size}`).toEqual(whole)
    }
  })

  it.each(recorded)('%s is not whole when it ends before messageStop', (_, each) => {
    const bytes = streamBytes(each, 'aws-event-stream')
    for (let at = 0; at < bytes.length; at++) {
      const events = readPieces([bytes.subarray(0, at)])
      expect(eventOrderProblems(events), `ends at ${at}`).toEqual([])
      const hasStop = bytes.subarray(0, at).includes('messageStop')
      if (!hasStop) expect(events.at(-1), `ends at ${at}`).toMatchObject({ type: 'error' })
    }
  })
})

describe('the reader of a converse stream', () => {
  it.each([
    ['us.openai.gpt-5.6-sol', { inputUncached: 2, inputCacheWrite5m: 4993, output: 19 }],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', { inputUncached: 4995, inputCacheWrite5m: 4993, output: 19 }],
  ])('counts what the cache took of %s as its family reports it', (model, expected) => {
    const reported = { inputTokens: 4995, cacheWriteInputTokens: 4993, outputTokens: 19, totalTokens: 10_007 }
    const frames = new AwsEventStreamReader()
    const reader = new ConverseStreamReader(model)
    const bytes = encodeFrames([start, stop('end_turn'), ['event metadata', { usage: reported }]])
    const events = frames.push(bytes).flatMap((frame) => reader.push(frame))
    expect(collect(events).usage).toMatchObject(expected)
  })

  it('gives text, usage and ending', () => {
    expect(
      read(
        start,
        delta(0, { text: 'Hi' }),
        ['event contentBlockStop', { contentBlockIndex: 0 }],
        stop('end_turn'),
        usage,
      ),
    ).toEqual([
      { type: 'response-start', id: '', model: '' },
      { type: 'block-start', index: 0, block: { type: 'text' } },
      { type: 'block-delta', index: 0, text: 'Hi' },
      { type: 'block-end', index: 0 },
      {
        type: 'usage',
        usage: { inputUncached: 3, output: 2, raw: { inputTokens: 3, outputTokens: 2, totalTokens: 5 } },
      },
      { type: 'response-end', finish: { reason: 'stop', raw: 'end_turn' } },
    ])
  })

  it('keeps thinking, its signature and the text apart though nothing announces them', () => {
    const answer = collect(
      read(
        start,
        delta(0, { reasoningContent: { text: 'hm' } }),
        delta(0, { reasoningContent: { signature: 'S+/' } }),
        delta(0, { reasoningContent: { signature: '=' } }),
        delta(1, { text: 'yes' }),
        stop('end_turn'),
        usage,
      ),
    )
    expect(answer).toMatchObject({ reasoning: 'hm', text: 'yes' })
    expect(answer.blocks[0]).toMatchObject({ block: { type: 'reasoning' }, signature: 'S+/=' })
  })

  it('never lets thinking into the text, even under one index', () => {
    const answer = collect(
      read(start, delta(0, { reasoningContent: { text: 'hm' } }), delta(0, { text: 'yes' }), stop('end_turn'), usage),
    )
    expect(answer).toMatchObject({ reasoning: 'hm', text: 'yes', finish: { reason: 'stop' } })
  })

  it('is lenient with what it does not know, and keeps what only this wire understands', () => {
    const events = read(
      delta(0, { text: '' }),
      delta(0, 7),
      delta(0, { text: 'Hi' }),
      delta(0, { citation: { title: 't' } }),
      delta(0, { strange: 1 }),
      delta(1, { image: 'a' }),
      delta(1, { image: 'b' }),
      ['event contentBlockStop', { contentBlockIndex: 1 }],
      ['event contentBlockStart', { contentBlockIndex: 2, start: { audio: { format: 'x' } } }],
      ['event contentBlockStop', { contentBlockIndex: 2 }],
      ['event contentBlockStart', { contentBlockIndex: 3 }],
      ['event contentBlockStop', { contentBlockIndex: 9 }],
      ['event unheardOf', { a: 1 }],
      ['event messageStop', {}],
      usage,
    )
    expect(eventOrderProblems(events)).toEqual([])
    const answer = collect(events)
    expect(answer.text).toBe('Hi')
    expect(answer.finish).toEqual({ reason: 'other' })
    expect(answer.blocks.map(({ block }) => (block.type === 'other' ? block.carry?.fields : block.type))).toEqual([
      'text',
      { deltas: [{ image: 'a' }, { image: 'b' }] },
      { audio: { format: 'x' } },
    ])
  })

  it('knows a tool call by its block where the stop does not say so', () => {
    const call: RecordedFrame = [
      'event contentBlockStart',
      { contentBlockIndex: 0, start: { toolUse: { toolUseId: 't', name: 'f' } } },
    ]
    expect(collect(read(start, call, ['event messageStop', {}], usage)).finish).toEqual({ reason: 'tool-calls' })
    expect(collect(read(start, call, stop('end_turn'), usage)).finish).toEqual({
      reason: 'tool-calls',
      raw: 'end_turn',
    })
  })

  it('takes a signature without words for thinking', () => {
    const answer = collect(
      read(start, delta(0, { reasoningContent: { signature: 'S' } }), delta(1, { text: 'x' }), stop('end_turn')),
    )
    expect(answer.blocks[0]).toMatchObject({ block: { type: 'reasoning' }, text: '', signature: 'S' })
  })

  it('refuses arguments of a call that was never started, and what is no JSON', () => {
    expect(read(start, delta(0, { toolUse: { input: '{}' } })).at(-1)).toMatchObject({ type: 'error' })
    const reader = new ConverseStreamReader()
    expect(reader.push({ event: 'messageStart', data: '' })).toMatchObject([{ type: 'response-start' }])
    expect(reader.push({ event: 'contentBlockDelta', data: '<html>' })).toMatchObject([{ type: 'error' }])
    expect(reader.push({ event: 'messageStop', data: '{}' })).toEqual([])
  })

  it('knows an exception that comes as an event', () => {
    expect(read(start, ['event throttlingException', { message: 'slow down' }]).at(-1)).toMatchObject({
      type: 'error',
      error: { status: 429, message: 'slow down' },
    })
  })

  it('joins hidden thinking that comes in parts', () => {
    const redacted = (redactedContent: string) => delta(0, { reasoningContent: { redactedContent } })
    const answer = collect(read(start, redacted('AA'), redacted('BB=='), delta(1, { text: 'x' }), stop('end_turn')))
    expect(answer.blocks.map(({ block }) => block)).toContainEqual({ type: 'reasoning', redacted: 'AABB==' })
  })

  it('gives a tool call without arguments an empty object', () => {
    const toolUse = { toolUseId: 't1', name: 'now' }
    const events = read(
      start,
      ['event contentBlockStart', { contentBlockIndex: 0, start: { toolUse } }],
      delta(0, { toolUse: { input: '' } }),
      stop('tool_use'),
    )
    expect(collect(events).toolCalls).toEqual([{ id: 't1', name: 'now', arguments: '{}' }])
  })

  it.each([
    ['throttlingException', 429, true],
    ['serviceUnavailableException', 503, true],
    ['internalServerException', 500, true],
    ['modelStreamErrorException', 500, true],
    ['modelTimeoutException', 408, true],
    ['validationException', 400, false],
    ['somethingNewException', 500, true],
  ])('says what %s means, before and after content', (name, status, isRetryable) => {
    const exception: RecordedFrame = [`exception ${name}`, { message: 'in their words' }]
    const expected = {
      type: 'error',
      error: { code: 'upstream_rejected', message: 'in their words', status, facts: { isRetryable, type: name } },
    }
    expect(read(exception)).toMatchObject([expected])
    expect(read(start, exception).at(-1)).toMatchObject(expected)
    const late = read(start, delta(0, { text: 'half' }), exception, delta(0, { text: 'lost' }), stop('end_turn'), usage)
    expect(late.at(-1)).toMatchObject(expected)
    expect(collect(late)).toMatchObject({ text: 'half' })
  })

  it('does not take a stream without messageStop for whole, whatever else came', () => {
    for (const frames of [[], [start], [start, delta(0, { text: 'half' })], [start, usage]])
      expect(read(...frames).at(-1)).toMatchObject({
        type: 'error',
        error: { code: 'upstream_interrupted', message: expect.stringContaining('before messageStop') },
      })
  })

  it('takes an answer whose metadata is missing for whole, its usage unknown', () => {
    const answer = collect(read(start, delta(0, { text: 'Hi' }), stop('end_turn')))
    expect(answer).toMatchObject({ text: 'Hi', finish: { reason: 'stop' } })
    expect(answer.usage).toBeUndefined()
  })

  it.each([
    ['guardrail_intervened', 'content-filter'],
    ['content_filtered', 'content-filter'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['stop_sequence', 'stop-sequence'],
    ['something_new', 'other'],
    ['constructor', 'other'],
  ])('reads the stop reason %s as %s', (raw, reason) => {
    expect(collect(read(start, stop(raw), usage)).finish).toEqual({ reason, raw })
  })
})
