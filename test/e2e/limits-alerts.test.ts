/** Alerts of the running program: the webhook hears of the threshold once per window, however many requests follow. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingUpstream, billedModel, startBillingUpstream } from '../support/billing-upstream.ts'
import { settledLedger, until } from '../support/ledger-state.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: BillingUpstream
let webhook: Upstream

beforeAll(async () => {
  upstream = await startBillingUpstream({ random: seededRandom(17) })
  webhook = await startUpstream((_, response) => void response.writeHead(204).end())
  sluice = await startSluice({ variables: { SLUICE_ALERT_WEBHOOK: `${webhook.origin}/alerts` } })
  await sluice.connect('sim', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await webhook?.stop()
  await upstream?.stop()
})

describe('the alert webhook', () => {
  it('hears of the threshold once, with the addresses to tell', async () => {
    const { id, secret } = await sluice.client.makeKey({
      usage_limits: { credit_limit: 0.003, alert_threshold: 0.000_01 },
      alert_emails: ['budget@example.com'],
    })
    const ask = async () => {
      const body = { model: `@sim/${billedModel}`, max_tokens: 40, messages: [{ role: 'user', content: 'plain' }] }
      const response = await sluice.post('/v1/chat/completions', body, { authorization: `Bearer ${secret}` })
      await response.text()
      await settledLedger(sluice.running.program, `api_key/${id}/`)
      return response.status
    }
    await until(ask, (status) => status === 412)
    const heard = () => webhook.received.map((received) => received.json())
    for (let more = 0; more < 3; more++) await ask()
    expect(heard().filter((alert) => alert.type === 'threshold')).toHaveLength(1)
    expect(heard()[0]).toMatchObject({
      type: 'threshold',
      alertEmails: ['budget@example.com'],
      about: { owner: { kind: 'api_key', id }, amount: 3_000_000 },
    })
  })
})
