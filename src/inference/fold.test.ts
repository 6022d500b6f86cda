import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import type { InferenceEvent } from './event.ts'
import { collect, eventOrderProblems } from './fold.ts'

const answer: readonly InferenceEvent[] = [
  { type: 'response-start', id: 'r1', model: 'm', createdAtMs: 5 },
  { type: 'usage', usage: { inputUncached: 3, output: 1 } },
  { type: 'block-start', index: 0, block: { type: 'reasoning' } },
  { type: 'block-delta', index: 0, text: 'hm' },
  { type: 'block-end', index: 0, signature: 's' },
  { type: 'block-start', index: 1, block: { type: 'text' } },
  { type: 'block-start', index: 2, block: { type: 'tool-call', id: 'a', name: 'f' } },
  { type: 'block-delta', index: 2, text: '{}' },
  { type: 'block-delta', index: 1, text: 'hello ' },
  { type: 'block-delta', index: 1, text: 'you' },
  { type: 'block-end', index: 1, carry: { wire: 'w', fields: { x: 1 } } },
  { type: 'block-end', index: 2 },
  { type: 'usage', usage: { output: 9 } },
  { type: 'response-end', finish: { reason: 'tool-calls' }, carry: { wire: 'w', fields: {} } },
]

describe('fold', () => {
  it('gathers text, tool calls, usage and ending', () => {
    expect(collect(answer)).toMatchObject({
      id: 'r1',
      model: 'm',
      createdAtMs: 5,
      text: 'hello you',
      reasoning: 'hm',
      refusal: '',
      toolCalls: [{ id: 'a', name: 'f', arguments: '{}' }],
      usage: { inputUncached: 3, output: 9 },
      finish: { reason: 'tool-calls' },
      carry: { wire: 'w' },
      blocks: [{ signature: 's' }, { carry: { fields: { x: 1 } } }, {}],
    })
  })

  it('shows a broken answer by its error and its missing finish', () => {
    const error = new GatewayError('upstream_interrupted', 'gone')
    const broken = collect([
      ...answer.slice(0, 4),
      { type: 'block-delta', index: 7, text: '?' },
      { type: 'error', error },
    ])
    expect(broken).toMatchObject({ reasoning: 'hm', error })
    expect(broken.finish).toBeUndefined()
  })
})

describe('event order', () => {
  it('finds nothing wrong with a good answer or a broken one', () => {
    expect(eventOrderProblems(answer)).toEqual([])
    const error = new GatewayError('upstream_interrupted', 'gone')
    expect(eventOrderProblems([...answer.slice(0, 4), { type: 'error', error }])).toEqual([])
    expect(eventOrderProblems([{ type: 'error', error }])).toEqual([])
  })

  it.each<[string, InferenceEvent[], RegExp]>([
    ['no start', answer.slice(1), /response-start comes first/],
    ['two starts', [...answer.slice(0, 1), ...answer], /response-start comes first/],
    ['no ending', answer.slice(0, -1), /neither response-end nor error is last/],
    ['words after the end', [...answer, ...answer.slice(1, 2)], /nothing may follow/],
    ['a delta to a closed block', [...answer.slice(0, 5), ...answer.slice(3)], /block 0 is not open/],
    ['an open block at the end', [...answer.slice(0, 6), ...answer.slice(-1)], /blocks 1 are still open/],
    ['a skipped index', [...answer.slice(0, 2), ...answer.slice(5)], /index 1 is not the next one/],
  ])('names %s', (_, events, problem) => {
    expect(eventOrderProblems(events).join('\n')).toMatch(problem)
  })
})
