/** Rule 7 of the charge of a call: a known cost is written again until it is stored, however slow or broken the database is meanwhile. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingUpstream, billedModel, startBillingUpstream } from '../support/billing-upstream.ts'
import { startSharedEngine } from '../support/engine.ts'
import { type FailingDatabase, startFailingDatabase } from '../support/failing-database.ts'
import { settledLedger, until } from '../support/ledger-state.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'

/** `SLOW_MS` and `FAILURE_RATE` make the database worse; the seed replays its failures. */
const slowMs = Number(process.env.SLOW_MS ?? 40)
const failureRate = Number(process.env.FAILURE_RATE ?? 0.15)
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
const random = seededRandom(seed)

let engine: Awaited<ReturnType<typeof startSharedEngine>>
let database: FailingDatabase
let upstream: BillingUpstream
let sluice: Sluice

beforeAll(async () => {
  engine = await startSharedEngine()
  database = await startFailingDatabase(engine.endpoint, random)
  upstream = await startBillingUpstream({ random })
  sluice = await startSluice({ variables: { DYNAMODB_ENDPOINT: database.endpoint } })
  await sluice.connect('sim', 'openai', upstream.origin)
})

afterAll(async () => {
  database?.trouble({})
  await sluice?.stop()
  await upstream?.stop()
  await database?.stop()
  await engine?.stop()
})

const ask = async (secret: string) => {
  const body = { model: `@sim/${billedModel}`, max_tokens: 60, messages: [{ role: 'user', content: 'plain' }] }
  const response = await sluice.post('/v1/chat/completions', body, { authorization: `Bearer ${secret}` })
  await response.text()
  return response.status
}

describe(`a database in trouble (seed ${seed})`, () => {
  it('takes the exact cost of a call as soon as it is well again', async () => {
    const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 1 } })
    expect(await ask(secret)).toBe(200)
    const before = upstream.billedNanos()
    const { spent } = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
    // only what closes a record fails: the call itself goes through
    database.trouble({ failureRate: 1, about: '"oc"' })
    expect(await ask(secret)).toBe(200)
    await until(database.failures, (count) => count >= 5)
    database.trouble({})
    const ledger = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 2 })
    expect(ledger.spent - spent).toBe(upstream.billedNanos() - before)
    expect(ledger.logs.filter((log) => log.apiKeyId === id).every((log) => log.errorCode === undefined)).toBe(true)
  })

  it('loses no cost and answers no 500 under load', async () => {
    const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 1 } })
    expect(await ask(secret)).toBe(200)
    const before = upstream.billedNanos()
    const { spent } = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
    database.trouble({ delayMs: () => random() * slowMs, failureRate })
    const statuses = await Promise.all(Array.from({ length: 60 }, () => ask(secret)))
    database.trouble({})
    expect([...new Set(statuses)].filter((status) => ![200, 429, 503].includes(status))).toEqual([])
    expect(statuses).toContain(200)
    const count = 1 + statuses.length
    const ledger = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count })
    expect(ledger.spent - spent).toBe(upstream.billedNanos() - before)
  })
})
