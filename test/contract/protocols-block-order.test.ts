/** The promise of the messages wire: blocks one after the other, each opened, filled and closed, whatever the order of the events. */
import { describe, expect, it } from 'vitest'
import type { InferenceEvent } from '../../src/inference/index.ts'
import { findClientProtocol } from '../../src/protocols/index.ts'
import { randomAnswer, randomFrom } from './neutral-answers.ts'

interface WireEvent {
  readonly type: string
  readonly index?: number
}

function wireEvents(events: readonly InferenceEvent[]): readonly WireEvent[] {
  const options = { model: 'some-model', wantsUsage: true, nowMs: 0, isStrict: true }
  const writer = findClientProtocol('anthropic-messages').client.openStream(options)
  return events
    .map((event) => writer.push(event))
    .join('')
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => JSON.parse(frame.slice(frame.indexOf('\ndata: ') + 7)) as WireEvent)
}

/** Says what is wrong with the order of a stream; undefined when nothing is. */
function findDisorder(events: readonly WireEvent[]): string | undefined {
  let open: number | undefined
  let next = 0
  if (events[0]?.type !== 'message_start') return 'does not begin with message_start'
  if (events.at(-2)?.type !== 'message_delta' || events.at(-1)?.type !== 'message_stop')
    return 'does not end as it ought'
  for (const { type, index } of events.slice(1, -2)) {
    if (type === 'content_block_start') {
      if (open !== undefined) return `block ${index} opens while ${open} is open`
      if (index !== next) return `block ${index} opens where ${next} is due`
      open = index
      next += 1
    } else if (index !== open) return `${type} for ${index} while ${open} is open`
    else if (type === 'content_block_stop') open = undefined
  }
  return open === undefined ? undefined : `block ${open} is never closed`
}

/** Moves every end of a block to just before the end of the answer, in random order, or leaves it out. */
function withLateEnds(events: readonly InferenceEvent[], random: () => number): readonly InferenceEvent[] {
  const ends = events.filter((event) => event.type === 'block-end' && random() < 0.7)
  const rest = events.filter((event) => event.type !== 'block-end')
  const shuffled = ends
    .map((event) => ({ event, order: random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ event }) => event)
  return [...rest.slice(0, -1), ...shuffled, ...rest.slice(-1)]
}

describe('blocks of the messages wire', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)

  it(`never overlap, whether blocks end in time, late or never (seed ${seed})`, () => {
    const random = randomFrom(seed)
    for (let run = 0; run < 2000; run++) {
      const events = randomAnswer(random, { hasReasoning: true, hasSignatures: true })
      expect(findDisorder(wireEvents(events)), `run ${run}`).toBeUndefined()
      expect(findDisorder(wireEvents(withLateEnds(events, random))), `run ${run}, late ends`).toBeUndefined()
    }
  })

  it('are found to be in disorder when they are', () => {
    const begin = { type: 'message_start' }
    const end = [{ type: 'message_delta' }, { type: 'message_stop' }]
    const start = (index: number) => ({ type: 'content_block_start', index })
    expect(findDisorder([begin, start(0), start(1), ...end])).toBe('block 1 opens while 0 is open')
    expect(findDisorder([begin, start(0), ...end])).toBe('block 0 is never closed')
  })
})
