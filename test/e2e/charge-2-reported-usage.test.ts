/** Rule 2 of the charge of a call: the provider's final usage, exactly, where it can be true. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { billedModel } from '../support/billing-upstream.ts'
import { type ChargeStage, startChargeStage } from '../support/charge-stage.ts'
import { settledLedger } from '../support/ledger-state.ts'
import { answerJson, chatAnswer, startUpstream } from '../support/upstream.ts'

let stage: ChargeStage

beforeAll(async () => {
  stage = await startChargeStage({ hiddenShare: () => 0.5 })
})

afterAll(() => stage?.stop())

describe('the usage that a provider reports', () => {
  it.each([
    ['a whole answer', false],
    ['a stream', true],
  ])('is what %s costs, hidden thinking included', async (_, isStream) => {
    const { billed, spent, log } = await stage.compare({ content: 'plain', isStream })
    expect(spent).toBe(billed)
    expect(log).toMatchObject({ inputBasis: 'reported', outputBasis: 'reported', isEstimated: false })
  })

  it.each(['zero-usage', 'huge-usage'])('is replaced by a count where it cannot be true (%s)', async (content) => {
    const { billed, spent, log } = await stage.compare({ content, isStream: true, maxTokens: 400 })
    expect(log).toMatchObject({ outputBasis: 'counted', isEstimated: true })
    expect(spent).toBeGreaterThan(0)
    expect(spent).toBeLessThan(10 * billed)
  })

  it.each([
    ['a whole answer', false],
    ['a stream', true],
  ])('is replaced by a count where %s of a few words is said to be none at all', async (_, isStream) => {
    const { billed, spent, log } = await stage.compare({ content: 'zero-usage', isStream, maxTokens: 3 })
    expect(log).toMatchObject({ inputBasis: 'counted', outputBasis: 'counted', isEstimated: true })
    expect(spent).toBeGreaterThanOrEqual(billed)
  })

  it('keeps its output and loses its input where an answer is said to have had none', async () => {
    const { billed, spent, log } = await stage.compare({ content: 'zero-input', isStream: true })
    expect(log).toMatchObject({ inputBasis: 'counted', outputBasis: 'counted' })
    expect(spent).toBeGreaterThanOrEqual(billed)
    expect(spent).toBeLessThan(2 * billed)
  })

  it('is charged in full above the hold, and told', async () => {
    const generous = await startUpstream(answerJson(chatAnswer('Hi', { prompt: 10, completion: 9_000 })))
    try {
      const { sluice } = stage
      await sluice.connect('generous', 'openai', generous.origin)
      const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 1 } })
      const body = { model: `@generous/${billedModel}`, max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }] }
      const response = await sluice.post('/v1/chat/completions', body, { authorization: `Bearer ${secret}` })
      await response.text()
      const ledger = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
      expect(ledger.spent).toBe(10 * 2_500 + 9_000 * 10_000)
      expect((await sluice.logOf(response)).warnings).toMatchObject([{ type: 'under-held', field: billedModel }])
    } finally {
      await generous.stop()
    }
  })
})
