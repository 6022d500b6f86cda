/** Rule 4 of the charge of a call: where we left, or nothing could be read, the counted input and all the output that was bought. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChargeStage, startChargeStage } from '../support/charge-stage.ts'

let stage: ChargeStage

beforeAll(async () => {
  stage = await startChargeStage({ hiddenShare: () => 0.9, random: () => 0.999 })
})

afterAll(() => stage?.stop())

describe('a call that we or its connection left', () => {
  it.each([
    ['a stream whose connection is reset after hidden thinking', { content: 'cut', isStream: true }],
    ['a whole answer whose connection is reset', { content: 'cut' }],
    ['a 200 that cannot be read', { content: 'garbage' }],
    ['a call that the timeout of its config ends', { content: 'hang', config: { request_timeout: 50 } }],
  ])('is charged no less than its bill: %s', async (_, call) => {
    const { billed, spent, log } = await stage.compare({
      ...call,
      content: `${call.content} ${'a b c 12 '.repeat(300)}`,
    })
    expect(spent).toBeGreaterThanOrEqual(billed)
    expect(log).toMatchObject({ outputBasis: 'held', isEstimated: true })
    expect(log.usage?.output).toBe(400)
  })

  it('has its input counted, not bounded by its bytes', async () => {
    const { log } = await stage.compare({ content: `cut ${'word '.repeat(2_000)}`, isStream: true })
    expect(log.inputBasis).toBe('counted')
    expect(log.usage?.inputUncached).toBeGreaterThan(2_000)
    expect(log.usage?.inputUncached).toBeLessThan(2_400)
  })
})
