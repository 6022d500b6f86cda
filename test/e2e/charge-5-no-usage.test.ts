/** Rule 5 of the charge of a call: an answer that the provider itself ended without its usage is counted as it was seen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChargeStage, startChargeStage } from '../support/charge-stage.ts'

let stage: ChargeStage

beforeAll(async () => {
  stage = await startChargeStage()
})

afterAll(() => stage?.stop())

describe('an answer that ends without usage', () => {
  it.each([
    ['a whole answer', false],
    ['a stream of short and long tokens', true],
  ])('is charged by what was seen: %s', async (_, isStream) => {
    const { billed, spent, log } = await stage.compare({ content: 'no-usage', isStream, maxTokens: 4_000 })
    expect(log).toMatchObject({ inputBasis: 'counted', outputBasis: 'counted', isEstimated: true })
    expect(spent).toBeGreaterThanOrEqual(billed)
    expect(spent).toBeLessThan(2 * billed)
  })
})
