/** Answers that guardrails deny under a budget: each is paid for, none passes the limit, and the books agree with the provider's bill. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingUpstream, billedModel, startBillingUpstream } from '../support/billing-upstream.ts'
import { settledLedger } from '../support/ledger-state.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
let upstream: BillingUpstream
let sluice: Sluice

beforeAll(async () => {
  upstream = await startBillingUpstream({ random: seededRandom(seed) })
  sluice = await startSluice()
  await sluice.connect('sim', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

/** Half of the answers are too long, so a request often asks twice or three times. */
const config = {
  strategy: { mode: 'fallback', on_status_codes: [446] },
  targets: [{ provider: '@sim' }, { provider: '@sim' }, { provider: '@sim' }],
  output_guardrails: [{ 'default.characterCount': { maxCharacters: 120 }, deny: true }],
}

async function ask(key: string, isStream: boolean): Promise<number> {
  const response = await sluice.post(
    '/v1/chat/completions',
    { model: billedModel, stream: isStream, max_tokens: 60, messages: [{ role: 'user', content: 'plain' }] },
    { authorization: `Bearer ${key}`, 'x-portkey-config': JSON.stringify(config) },
  )
  await response.text()
  return response.status
}

describe(`denied answers under a budget (seed ${seed})`, () => {
  it('are charged as the provider bills them, to the nano-dollar, and stop at the limit', async () => {
    const dollars = 0.03
    const key = await sluice.client.makeKey({ usage_limits: { credit_limit: dollars } })
    const statuses: number[] = []
    while (statuses.at(-1) !== 412 && statuses.length < 400) {
      const batch = Array.from({ length: 6 }, (_, at) => ask(key.secret, at % 2 === 0))
      statuses.push(...(await Promise.all(batch)))
      await settledLedger(sluice.running.program, `api_key/${key.id}/`)
    }
    const wanted = { apiKeyId: key.id, count: statuses.length }
    const books = await settledLedger(sluice.running.program, `api_key/${key.id}/`, wanted)
    const own = books.logs.filter((log) => log.apiKeyId === key.id)
    const denied = own.flatMap((log) => log.attempts).filter(({ errorCode }) => errorCode === 'guardrail_denied')
    expect([...new Set(statuses)].filter((status) => ![200, 412, 429, 446].includes(status))).toEqual([])
    expect(denied.length, `seed ${seed}`).toBeGreaterThan(10)
    expect(books.spent, `seed ${seed}`).toBe(upstream.billedNanos())
    expect(books.spent).toBe(own.reduce((sum, log) => sum + (log.costNanos ?? 0), 0))
    expect(books.spent).toBeLessThanOrEqual(dollars * 1e9)
    expect(books.held).toBe(0)
  })
})
