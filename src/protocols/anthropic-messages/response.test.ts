import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import type { InferenceEvent } from '../../inference/index.ts'
import type { JsonObject } from '../protocol.ts'
import { readAnswer, writeAnswer } from './response.ts'

const options = { model: 'asked', wantsUsage: true, nowMs: 5, isStrict: true }
const end: InferenceEvent = { type: 'response-end', finish: { reason: 'stop' } }

function fixture(name: string): JsonObject {
  const url = new URL(`../../../test/fixtures/anthropic-messages/${name}/answer.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as JsonObject
}

function write(events: readonly InferenceEvent[]) {
  const { text, warnings } = writeAnswer(events, options)
  return { message: JSON.parse(text) as JsonObject, warnings }
}

describe('whole answers', () => {
  it.each([
    'whole-text',
    'whole-tools',
    'whole-thinking',
    'whole-server-tool',
    'whole-cached-usage',
    'whole-stop-sequence',
    'whole-refusal',
    'whole-max-tokens',
  ])('reads %s so that writing it gives the same message', (name) => {
    const body = fixture(name)
    const { message, warnings } = write(readAnswer(body))
    const { service_tier: _, ...usage } = body.usage as JsonObject
    expect(message).toEqual({ ...body, usage })
    expect(warnings).toEqual([])
  })

  it('gives an error body under status 200 as one error event with the status its word stands for', () => {
    expect(readAnswer(fixture('whole-error-200'))).toMatchObject([
      { type: 'error', error: { code: 'upstream_rejected', status: 529, message: 'Overloaded' } },
    ])
  })

  it.each([{}, { content: 'hi' }, { content: [7] }])('refuses %j, which is not of this wire', (body) => {
    expect(() => readAnswer(body)).toThrow('not in the messages format')
  })

  it('reads an answer that lacks everything but content', () => {
    expect(readAnswer({ content: [{ type: 'tool_use' }] })).toEqual([
      { type: 'response-start', id: '', model: '' },
      { type: 'block-start', index: 0, block: { type: 'tool-call', id: '', name: '' } },
      { type: 'block-delta', index: 0, text: '{}' },
      { type: 'block-end', index: 0 },
      { type: 'response-end', finish: { reason: 'tool-calls' } },
    ])
  })

  it('throws the error that the events end with', () => {
    const error = new GatewayError('upstream_interrupted', 'it broke')
    expect(() => write([{ type: 'error', error }])).toThrow(error)
  })

  it('never writes an answer without an ending as if it were whole', () => {
    expect(() => write([{ type: 'response-start', id: 'a', model: 'b' }])).toThrow('it is not whole')
  })

  it('keeps arguments that are not JSON under a key of their own and tells so', () => {
    const { message, warnings } = write([
      { type: 'block-start', index: 0, block: { type: 'tool-call', id: 'a', name: 'b' } },
      { type: 'block-delta', index: 0, text: '{"cut' },
      { type: 'block-end', index: 0, signature: 's' },
      { type: 'usage', usage: { inputUncached: 1, output: 2 } },
      end,
    ])
    expect(message).toMatchObject({
      id: 'msg_5',
      model: 'asked',
      stop_reason: 'tool_use',
      content: [{ type: 'tool_use', input: { INVALID_JSON: '{"cut' } }],
      usage: { input_tokens: 1, cache_read_input_tokens: null, output_tokens: 2 },
    })
    expect(warnings.map((warning) => warning.field)).toEqual(['tool_calls.signature', 'content.input'])
  })

  it('writes a refusal as text with its own stop reason, leaves out what is empty, and warns of the rest', () => {
    const { message, warnings } = write([
      { type: 'block-start', index: 0, block: { type: 'text' } },
      { type: 'block-end', index: 0 },
      { type: 'block-start', index: 1, block: { type: 'reasoning' } },
      { type: 'block-end', index: 1 },
      { type: 'block-start', index: 2, block: { type: 'other', carry: { wire: 'elsewhere', fields: {} } } },
      { type: 'block-end', index: 2 },
      { type: 'block-start', index: 3, block: { type: 'refusal' } },
      { type: 'block-delta', index: 3, text: 'no' },
      { type: 'block-end', index: 3 },
      { type: 'block-delta', index: 9, text: 'nowhere' },
      { type: 'block-end', index: 9 },
      end,
    ])
    expect(message).toMatchObject({ stop_reason: 'refusal', content: [{ type: 'text', text: 'no' }] })
    expect(warnings.map((warning) => warning.field)).toEqual(['content', 'usage'])
  })
})
