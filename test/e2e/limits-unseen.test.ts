/** What a provider may bill although nobody saw it: an answer whose client, or whose connection, was gone before its first byte. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingUpstream, billedModel, startBillingUpstream } from '../support/billing-upstream.ts'
import { settledLedger, until } from '../support/ledger-state.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'

let sluice: Sluice
let upstream: BillingUpstream

beforeAll(async () => {
  upstream = await startBillingUpstream({ random: () => 0.999, mostOutput: 4_000 })
  sluice = await startSluice()
  await sluice.connect('sim', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

/** Resolves to what the provider billed and what the limit counted. */
async function ask(content: string, leave: (gone: AbortController) => Promise<void>) {
  const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 1 } })
  const before = upstream.billedNanos()
  const gone = new AbortController()
  const asking = fetch(`${sluice.origin}/v1/chat/completions`, {
    method: 'POST',
    signal: gone.signal,
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      'x-portkey-config': '{"on_client_close":"cut"}',
    },
    body: JSON.stringify({ model: `@sim/${billedModel}`, max_tokens: 4_000, messages: [{ role: 'user', content }] }),
  })
    .then((response) => response.text())
    .catch(() => '')
  await leave(gone)
  await asking
  await until(upstream.underWay, (count) => count === 0)
  const books = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
  return { billed: upstream.billedNanos() - before, spent: books.spent }
}

describe('a whole answer that nobody saw', () => {
  it('is charged at least as billed when its client left before it came', async () => {
    const { billed, spent } = await ask('hang', async (gone) => {
      await until(upstream.underWay, (count) => count === 1)
      gone.abort()
    })
    expect(spent).toBeGreaterThanOrEqual(billed)
  })

  it('is charged at least as billed when the provider took the request and dropped the connection', async () => {
    const { billed, spent } = await ask('cut', async () => {})
    expect(spent).toBeGreaterThanOrEqual(billed)
  })
})
