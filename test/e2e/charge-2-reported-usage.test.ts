/** Rule 2 of the charge of a call: the provider's final usage, exactly, where it can be true. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { billedModel } from '../support/billing-upstream.ts'
import { type ChargeStage, startChargeStage } from '../support/charge-stage.ts'
import { settledLedger } from '../support/ledger-state.ts'
import {
  answerEvents,
  answerJson,
  chatAnswer,
  chatChunk,
  doneFrame,
  startUpstream,
  usageChunk,
} from '../support/upstream.ts'

let stage: ChargeStage

beforeAll(async () => {
  stage = await startChargeStage({ hiddenShare: () => 0.5 })
})

afterAll(() => stage?.stop())

async function askLiar(origin: string, fields: object) {
  const { sluice } = stage
  await sluice.connect(`liar-${liars++}`, 'openai', origin)
  const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 5 } })
  const body = { model: `@liar-${liars - 1}/${billedModel}`, messages: [{ role: 'user', content: 'Hi' }], ...fields }
  const response = await sluice.post('/v1/chat/completions', body, { authorization: `Bearer ${secret}` })
  await response.text()
  const books = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
  const log = books.logs.find((each) => each.apiKeyId === id)
  if (log === undefined) throw new Error('there is no record')
  return { spent: books.spent, log }
}

let liars = 0

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

  it.each([
    ['a whole answer', false],
    ['a stream', true],
  ])('is replaced by a count where %s of 300 bytes is said to be one token (issue 9)', async (_, isStream) => {
    const text = 'The gateway counts what it has seen, and believes no provider that says less than half. '.repeat(4)
    const liar = await startUpstream(
      isStream
        ? answerEvents([chatChunk({ content: text }), chatChunk({}, 'stop'), usageChunk(10, 1), doneFrame])
        : answerJson(chatAnswer(text.slice(0, 300), { prompt: 10, completion: 1 })),
    )
    try {
      const { log, spent } = await askLiar(liar.origin, { stream: isStream })
      expect(log).toMatchObject({ inputBasis: 'reported', outputBasis: 'counted', isEstimated: true })
      expect(spent).toBeGreaterThan(50 * 10_000)
    } finally {
      await liar.stop()
    }
  })

  it('is replaced where the part that came from a cache is larger than all that was sent (issue 9)', async () => {
    const { usage, ...rest } = chatAnswer('Hi', { prompt: 20, completion: 1 })
    const told = { ...usage, prompt_tokens_details: { cached_tokens: 1_000_000 } }
    const liar = await startUpstream(answerJson({ ...rest, usage: told }))
    try {
      const { log, spent } = await askLiar(liar.origin, {})
      expect(log.inputBasis).not.toBe('reported')
      expect(spent).toBeLessThan(2_000_000)
    } finally {
      await liar.stop()
    }
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
