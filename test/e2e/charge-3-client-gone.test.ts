/** Rule 3 of the charge of a call: under a strict limit the answer of a client that has gone is read to its end and paid exactly. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BillingUpstream } from '../support/billing-upstream.ts'
import { type ChargeStage, startChargeStage } from '../support/charge-stage.ts'
import { until } from '../support/ledger-state.ts'

let stage: ChargeStage

beforeAll(async () => {
  stage = await startChargeStage({ latencyMs: () => 40, mostOutput: 30, hiddenShare: () => 0.3 })
})

afterAll(() => stage?.stop())

const whileAnswering = async (upstream: BillingUpstream) => {
  await until(upstream.underWay, (count) => count > 0)
}

describe('a client that leaves while its answer comes', () => {
  it.each([
    ['before a whole answer', false],
    ['in the middle of a stream', true],
  ])('pays what the provider bills (%s)', async (_, isStream) => {
    const { billed, spent, log } = await stage.compare({ content: 'plain', isStream, leave: whileAnswering })
    expect(spent).toBe(billed)
    expect(log).toMatchObject({ outcome: 'client-closed', inputBasis: 'reported', outputBasis: 'reported' })
  })

  it('pays for all the output that was reserved where its config cuts the call off', async () => {
    const config = { on_client_close: 'cut' }
    const { billed, spent, log } = await stage.compare({
      content: 'plain',
      isStream: true,
      config,
      leave: whileAnswering,
    })
    expect(spent).toBeGreaterThanOrEqual(billed)
    expect(log).toMatchObject({ outcome: 'client-closed', inputBasis: 'counted', outputBasis: 'held' })
    expect(log.usage?.output).toBe(400)
  })

  it('is not read on for a config that says something else', async () => {
    const saved = await stage.sluice.client
      .call('POST', '/configs', { name: 'wrong', config: { on_client_close: 'wait' } })
      .then(() => 'saved', String)
    expect(saved).toMatch(/on_client_close.*'finish' or 'cut'/)
  })
})
