import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
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

  it('survives what a provider should not send', () => {
    const reader = upstream.openStream()
    const events = [
      ...reader.push({ data: '' }),
      ...reader.push({}),
      ...reader.push({ data: '{"id":7,"model":null,"choices":"none"}' }),
      ...reader.push({ data: '{"choices":[7,{"text":7},{"text":"a"},{"index":1,"text":"b","finish_reason":"odd"}]}' }),
      ...reader.push({ data: '{"choices":[{"finish_reason":"constructor"}]}' }),
      ...reader.push({ data: ' [DONE] ' }),
      ...reader.push({ data: '{"choices":[{"text":"late"}]}' }),
    ]
    expect(eventOrderProblems(events)).toEqual([])
    expect(events[0]).toEqual({ type: 'response-start', id: '', model: '' })
    expect(collect(events)).toMatchObject({
      blocks: [{ text: 'a' }, { text: 'b' }],
      finish: { reason: 'other', raw: 'constructor' },
    })
    expect(upstream.openStream().push({ data: '7' })).toMatchObject([{ type: 'error' }])
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

describe('a whole completion', () => {
  it('is the error it says, and none without choices', () => {
    expect(upstream.readAnswer({ error: { message: 'overloaded' } })).toMatchObject([
      { type: 'error', error: { message: 'overloaded' } },
    ])
    for (const choices of [undefined, [], 'a'])
      expect(() => upstream.readAnswer({ choices })).toThrow('not a completion: it has no choices')
  })

  it.each([
    ['length', 'length'],
    ['content_filter', 'content_filter'],
    ['stop', 'stop'],
    ['odd', 'stop'],
  ])('that ended by %s ends by %s when it is written again', (reason, written) => {
    const events = upstream.readAnswer({ choices: [text('', 0, reason)] })
    expect(JSON.parse(client.writeAnswer(events, options).text)).toEqual({
      id: 'cmpl-9000',
      object: 'text_completion',
      created: 9,
      model: 'm',
      choices: [{ text: '', index: 0, logprobs: null, finish_reason: written }],
    })
    const writer = client.openStream({ ...options, wantsUsage: false })
    const stream = events.map((event) => writer.push(event)).join('')
    expect(stream).toContain(`"finish_reason":"${written}"`)
    expect(stream.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('is not written without its ending, nor over an error', () => {
    expect(() => client.writeAnswer([], options)).toThrow('it is not whole')
    const error = new GatewayError('upstream_interrupted', 'broken off')
    expect(() => client.writeAnswer([{ type: 'error', error }], options)).toThrow('broken off')
    expect(client.openStream(options).push({ type: 'error', error })).toContain('broken off')
  })
})
