import { describe, expect, it } from 'vitest'
import type { CallAttempt } from '../line/line.ts'
import { Meter } from '../line/meter.ts'
import { outputOf } from './unreported-output.ts'

const bought = 4_000

interface Call {
  readonly model?: string
  readonly stops?: boolean
  readonly customHost?: string
  readonly passedMs?: number
  readonly hasEnded?: boolean
  readonly answers?: number
}

function call({
  model = 'gpt-4o',
  stops = false,
  customHost,
  passedMs = 0,
  hasEnded = false,
  answers = 1,
}: Call): CallAttempt {
  const meter = new Meter([])
  meter.noteSent(1_000)
  meter.endedAtMs = 1_000 + passedMs
  meter.push([{ type: 'block-delta', index: 0, text: 'Some words that were seen.' }])
  if (hasEnded) meter.push([{ type: 'response-end', finish: { reason: 'stop' } }])
  const aiProvider = {
    name: 'A provider',
    origin: 'https://api.example.com',
    ...(stops ? { stopsOnDisconnect: { source: 'https://example.com' } } : {}),
  }
  const target = { model, aiProvider, integration: { configurations: {} }, ...(customHost ? { customHost } : {}) }
  return { meter, target, task: { peek: { answers }, protocol: {} } } as unknown as CallAttempt
}

describe('the output of a call whose provider never told it', () => {
  it('is all that was bought where the provider may go on', async () => {
    expect(await outputOf(call({}), {}, bought)).toEqual({ tokens: bought, outputBasis: 'held' })
  })

  it('is what was seen, for every answer, where the provider ended it', async () => {
    const one = await outputOf(call({ hasEnded: true }), {}, bought)
    const three = await outputOf(call({ hasEnded: true, answers: 3 }), {}, bought)
    expect(one.outputBasis).toBe('counted')
    expect(one.tokens).toBeLessThan(12)
    expect(three.tokens).toBe(3 * one.tokens)
  })

  it('counts the time in which a model may have thought unseen', async () => {
    const { tokens } = await outputOf(call({ hasEnded: true, model: 'o3', passedMs: 1_500 }), {}, bought)
    expect(tokens).toBeGreaterThan(1_500)
    expect(tokens).toBeLessThan(1_520)
  })

  it('is what was seen and two seconds more where the provider is known to stop, at its own address', async () => {
    const { tokens, outputBasis } = await outputOf(call({ stops: true }), {}, bought)
    expect(outputBasis).toBe('counted')
    expect(tokens).toBeGreaterThan(2_000)
    expect(tokens).toBeLessThan(2_020)
    const elsewhere = call({ stops: true, customHost: 'https://proxy.example.com' })
    expect(await outputOf(elsewhere, {}, bought)).toEqual({ tokens: bought, outputBasis: 'held' })
  })

  it('is never more than was bought, nor less than was reported so far', async () => {
    const long = call({ hasEnded: true, model: 'o3', passedMs: 60_000 })
    expect((await outputOf(long, {}, bought)).tokens).toBe(bought)
    expect((await outputOf(call({ hasEnded: true }), { output: 9_000 }, bought)).tokens).toBe(9_000)
  })
})
