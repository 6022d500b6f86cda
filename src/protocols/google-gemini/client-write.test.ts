import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SseReader } from '../../bytes/sse.ts'
import { GatewayError } from '../../errors.ts'
import { collect, type InferenceEvent } from '../../inference/index.ts'
import { GeminiWriter, writeAnswer } from './client-write.ts'
import { readAnswer } from './response.ts'
import { GeminiStreamReader } from './stream.ts'

const options = { model: 'gemini-2.5-flash', wantsUsage: true, nowMs: 1_760_000_000_000, isStrict: true }
const folder = join(import.meta.dirname, '../../../test/fixtures/google-gemini')
const recorded = readdirSync(folder).flatMap((name) => {
  const path = join(folder, name, 'answer.sse')
  return existsSync(path) ? [[name, readFileSync(path)] as const] : []
})

function readStream(bytes: Uint8Array): readonly InferenceEvent[] {
  const frames = new SseReader()
  const reader = new GeminiStreamReader()
  const read = [...frames.push(bytes), ...frames.end()]
  return [...read.flatMap((frame) => reader.push(frame)), ...reader.end()]
}

/** What counts: ids of calls are made up where the provider gave none. */
function sayings(events: readonly InferenceEvent[]) {
  const { blocks, finish, usage, carry } = collect(events)
  const said = blocks.map(({ block, text, signature }) => ({
    type: block.type,
    text: block.type === 'tool-call' ? JSON.parse(text) : text,
    ...(block.type === 'tool-call' ? { name: block.name } : {}),
    ...(signature === undefined ? {} : { signature }),
  }))
  return { said, finish, usage, fields: carry?.fields }
}

describe('an answer of this wire', () => {
  it.each(recorded)('is the same when its events were written again: %s', (_, bytes) => {
    const events = readStream(bytes)
    if (events.some((event) => event.type === 'error')) return
    const writer = new GeminiWriter(options)
    const again = readStream(Buffer.from(events.map((event) => writer.push(event)).join('')))
    expect(sayings(again)).toEqual(sayings(events))
    const whole = readAnswer(JSON.parse(writeAnswer(events, options).text))
    expect(sayings(whole)).toEqual(sayings(events))
  })

  it('has recordings to be tried with', () => {
    expect(recorded.length).toBeGreaterThan(10)
  })

  it('ends in this wire’s words whoever began it', () => {
    const written = (reason: string, more: object = {}) => {
      const events = [
        { type: 'response-start', id: '', model: '' },
        { type: 'block-start', index: 0, block: { type: 'tool-call', id: 'c', name: 'f' } },
        { type: 'block-delta', index: 0, text: '[1]' },
        { type: 'block-end', index: 0 },
        { type: 'block-start', index: 1, block: { type: 'tool-call', id: 'd', name: 'f' } },
        { type: 'block-delta', index: 1, text: 'half' },
        { type: 'block-end', index: 1 },
        { type: 'block-start', index: 2, block: { type: 'other', carry: { wire: 'x', fields: { a: 1 } } } },
        { type: 'block-end', index: 2 },
        { type: 'usage', usage: { output: 5 } },
        { type: 'response-end', finish: { reason, ...more } },
      ] as readonly InferenceEvent[]
      return JSON.parse(writeAnswer(events, options).text)
    }
    const answer = written('stop')
    expect(answer).toEqual({
      modelVersion: 'gemini-2.5-flash',
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { functionCall: { id: 'c', name: 'f', args: {} } },
              { functionCall: { id: 'd', name: 'f', args: {} } },
            ],
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
    })
    const words = [
      ['length'],
      ['content-filter'],
      ['refusal'],
      ['other'],
      ['tool-calls'],
      ['stop', { raw: 'end_turn' }],
      ['other', { raw: 'RECITATION' }],
    ] as const
    expect(words.map(([reason, more]) => written(reason, more).candidates[0].finishReason)).toEqual([
      'MAX_TOKENS',
      'SAFETY',
      'SAFETY',
      'OTHER',
      'STOP',
      'STOP',
      'RECITATION',
    ])
  })

  it('is the error that its events end with', () => {
    const error = new GatewayError('upstream_interrupted', 'broken off')
    expect(() => writeAnswer([{ type: 'error', error }], options)).toThrow('broken off')
  })

  it('is not written without an ending', () => {
    const start: InferenceEvent = { type: 'response-start', id: 'r', model: 'm' }
    expect(() => writeAnswer([start], options)).toThrow('no ending')
  })
})
