import { describe, expect, it } from 'vitest'
import { collect, eventOrderProblems } from '../../inference/index.ts'
import type { JsonObject } from '../protocol.ts'
import { openaiCompletions } from './index.ts'

const { client, upstream } = openaiCompletions
const base = { id: 'c', created: 7, model: 'm' }
const chunk = (more: JsonObject) => ({ data: JSON.stringify({ ...base, ...more }) })
const text = (said: string, index = 0, finish: string | null = null) => ({ text: said, index, finish_reason: finish })
const options = { model: 'm', wantsUsage: true, isStrict: true, nowMs: 9_000 }

describe('a completions request', () => {
  it.each([
    [{ prompt: 'a' }, 1],
    [{ prompt: 'a', n: 3 }, 3],
    [{ prompt: 'a', n: 2, best_of: 5 }, 5],
    [{ prompt: ['a', 'b'], n: 2 }, 4],
    [{ prompt: [1, 2, 3] }, 1],
    [{ prompt: [[1, 2], [3]] }, 2],
  ])('%j generates %i answers', (body, answers) => {
    expect(client.peek({ model: 'm', ...body }).answers).toBe(answers)
  })

  it('is never translated', () => {
    expect(() => client.readRequest({ model: 'm', prompt: 'a' })).toThrow('are passed on only')
  })
})

describe('a streamed completion', () => {
  it('gives a block for each choice, in any interleaving', () => {
    const reader = upstream.openStream()
    const events = [
      ...reader.push(chunk({ choices: [text('b', 1)] })),
      ...reader.push(chunk({ choices: [text('a', 0), text('c', 1, 'length')] })),
      ...reader.push(chunk({ choices: [text('', 0, 'stop')] })),
      ...reader.push(chunk({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 3 } })),
      ...reader.push({ data: '[DONE]' }),
      ...reader.end(),
    ]
    expect(eventOrderProblems(events)).toEqual([])
    expect(collect(events)).toMatchObject({ blocks: [{ text: 'bc' }, { text: 'a' }], usage: { output: 3 } })
  })

  it.each([
    ['without a finish', [chunk({ choices: [text('a')] })], /ended before its answer was finished/],
    ['with something else', [{ data: '<html>' }], /not a JSON object/],
    ['with an error', [{ data: '{"error":{"message":"overloaded"}}' }], /overloaded/],
  ])('that ends %s is an error', (_, frames, message) => {
    const reader = upstream.openStream()
    const events = [...frames.flatMap((frame) => reader.push(frame)), ...reader.end()]
    const last = events.at(-1)
    expect(last?.type === 'error' ? last.error.message : '').toMatch(message)
    expect(events.filter(({ type }) => type === 'error')).toHaveLength(1)
  })

  it('is the same after it was written and read again', () => {
    const events = upstream.readAnswer({
      ...base,
      choices: [text('ab', 0, 'length')],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    })
    const writer = client.openStream(options)
    const frames = events
      .map((event) => writer.push(event))
      .join('')
      .split('\n\n')
      .filter((frame) => frame !== '')
    const reader = upstream.openStream()
    const again = frames.flatMap((frame) => reader.push({ data: frame.slice('data: '.length) }))
    const { text: said, finish, usage } = collect(again)
    expect([said, finish?.reason, usage?.output]).toEqual(['ab', 'length', 2])
    const whole = JSON.parse(client.writeAnswer(events, options).text)
    expect(whole).toMatchObject({ id: 'c', created: 7, choices: [{ text: 'ab', finish_reason: 'length' }] })
  })
})
