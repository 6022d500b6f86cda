import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import { collect, eventOrderProblems, type InferenceEvent } from '../../inference/index.ts'
import { readAnswer, writeAnswer } from './response.ts'
import { readUsage, writeUsage } from './usage.ts'

const options = { model: 'asked', wantsUsage: true, nowMs: 1_763_700_000_000, isStrict: true }

function answerOf(name: string) {
  const file = new URL(`../../../test/fixtures/openai-responses/${name}/answer.json`, import.meta.url)
  const events = readAnswer(JSON.parse(readFileSync(file, 'utf8')))
  expect(eventOrderProblems(events)).toEqual([])
  return collect(events)
}

describe('a whole response', () => {
  it('is read with its text, usage and time', () => {
    const { text, usage, createdAtMs, finish } = answerOf('whole-text')
    expect(text).toBe('Grüße 🌍')
    expect(usage).toMatchObject({ inputUncached: 16, inputCacheRead: 20, output: 9 })
    expect(createdAtMs).toBe(1_741_476_542_000)
    expect(finish).toEqual({ reason: 'stop', raw: 'completed' })
  })

  it('is read with its calls, reasoning and refusal', () => {
    expect(answerOf('whole-tools').toolCalls.map(({ id }) => id)).toEqual(['call_a', 'call_b'])
    expect(answerOf('whole-reasoning')).toMatchObject({ reasoning: 'One\n\nTwo', usage: { outputReasoning: 40 } })
    expect(answerOf('whole-refusal')).toMatchObject({ refusal: 'No.', finish: { reason: 'refusal' } })
  })

  it.each([
    ['whole-length', 'length', 'max_output_tokens'],
    ['whole-incomplete', 'other', 'incomplete'],
    ['whole-queued', 'other', 'queued'],
  ])('%s ends with %s', (name, reason, raw) => {
    expect(answerOf(name).finish).toEqual({ reason, raw })
  })

  it('counts every kind of token once', () => {
    expect(answerOf('whole-audio-usage').usage).toMatchObject({
      inputUncached: 70,
      inputCacheRead: 10,
      inputCacheWrite5m: 20,
      inputAudio: 5,
      inputImage: 6,
      output: 9,
      outputAudio: 2,
    })
  })

  it('counts nothing that was not told, and never below zero', () => {
    expect(readUsage({ input_tokens: 'many', output_tokens: -1 })).toEqual({ raw: expect.anything() })
    expect(readUsage({ input_tokens: 5 })).toMatchObject({ inputUncached: 5 })
    expect(readUsage({ input_tokens: 5, input_tokens_details: { cache_write_tokens: 2 } }).inputUncached).toBe(3)
    expect(readUsage({ input_tokens: 5, input_tokens_details: { cached_tokens: 9 } }).inputUncached).toBe(0)
    expect(writeUsage({ inputCacheWrite1h: 3 })).toMatchObject({
      input_tokens: 3,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 3 },
      output_tokens: 0,
      total_tokens: 3,
    })
    expect(writeUsage({ inputCacheWrite5m: 2 })).toMatchObject({ input_tokens_details: { cache_write_tokens: 2 } })
    expect(writeUsage({ output: 1 })).toMatchObject({ input_tokens: 0, output_tokens: 1, total_tokens: 1 })
    expect(writeUsage({})).toMatchObject({ total_tokens: 0 })
  })

  it('is an error where it failed under a good status', () => {
    expect(answerOf('whole-failed').error).toMatchObject({ status: 500, message: 'The model crashed.' })
    expect(answerOf('whole-error-200').error).toMatchObject({ status: 500, message: 'overloaded' })
  })

  it('is refused when it is none', () => {
    expect(() => readAnswer({ choices: [] })).toThrow("the provider's answer is not a response: it has no output")
  })
})

describe('a written response', () => {
  const start: InferenceEvent = { type: 'response-start', id: '', model: '' }
  const stop: InferenceEvent = { type: 'response-end', finish: { reason: 'stop' } }

  it('has an id, a model and a time of its own where the provider gave none', () => {
    expect(JSON.parse(writeAnswer([start, stop], options).text)).toMatchObject({
      id: 'resp_1763700000000',
      model: 'asked',
      created_at: 1_763_700_000,
      status: 'completed',
      output: [],
      usage: null,
    })
  })

  it('repeats what was asked for', () => {
    const request = { instructions: 'be brief', tools: [{ type: 'function', name: 'f' }], temperature: 0, store: true }
    expect(JSON.parse(writeAnswer([start, stop], { ...options, request }).text)).toMatchObject({
      ...request,
      store: false,
      top_p: 1,
    })
  })

  it('throws the error it ends with, and for want of an ending', () => {
    const error = new GatewayError('upstream_rejected', 'no')
    expect(() => writeAnswer([start, { type: 'error', error }], options)).toThrow(error)
    expect(() => writeAnswer([start], options)).toThrow('it is not whole')
  })
})
