/** One budget under many requests at once, through two instances over one database, with streams, vanishing clients and cut upstreams. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingUpstream, billedModel, startBillingUpstream } from '../support/billing-upstream.ts'
import { settledLedger } from '../support/ledger-state.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { startTwoGateways, type TwoGateways } from '../support/two-gateways.ts'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
const random = seededRandom(seed)
let upstream: BillingUpstream
let gateways: TwoGateways

beforeAll(async () => {
  upstream = await startBillingUpstream({ random })
  gateways = await startTwoGateways((first) => first.connect('sim', 'openai', upstream.origin))
})

afterAll(async () => {
  await gateways?.stop()
  await upstream?.stop()
})

type Kind = 'whole' | 'stream' | 'cut' | 'cut-stream' | 'vanish-stream'

/** Resolves to the status, whatever becomes of the rest. */
async function call(origin: string, secret: string, kind: Kind): Promise<number> {
  const gone = new AbortController()
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    signal: gone.signal,
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: `@sim/${billedModel}`,
      stream: kind.endsWith('stream'),
      max_tokens: 60,
      messages: [
        { role: 'user', content: `${kind.startsWith('cut') ? 'cut' : 'plain'} ${'x'.repeat(random() * 400)}` },
      ],
    }),
  })
  if (kind === 'vanish-stream') gone.abort()
  await response.text().catch(() => '')
  return response.status
}

const kinds: readonly Kind[] = ['whole', 'stream', 'stream', 'cut', 'cut-stream', 'vanish-stream']

/** All of them at once, on both instances by turns. */
function callMany(count: number, secret: string): Promise<readonly number[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      call(gateways.origins[index % 2] as string, secret, kinds[Math.floor(random() * kinds.length)] as Kind),
    ),
  )
}

describe(`a budget of a key under load (seed ${seed})`, () => {
  it('stops at the limit under 200 requests at once through two instances, and counters and records agree to the nano-dollar', async () => {
    const dollars = 0.05
    const key = await gateways.first.client.makeKey({ usage_limits: { credit_limit: dollars } })
    const billedBefore = upstream.billedNanos()
    const statuses = [...(await callMany(200, key.secret))]
    // what is held comes back as it is settled; after that the rest is spent one by one
    await settledLedger(gateways.first.running.program, `api_key/${key.id}/`)
    while (statuses.at(-1) !== 412 && statuses.length < 400) {
      statuses.push(await call(gateways.origins[statuses.length % 2] as string, key.secret, 'whole'))
      // the one before is not settled yet: asking again at once would be refused as often as it is asked
      if (statuses.at(-1) === 429) await settledLedger(gateways.first.running.program, `api_key/${key.id}/`)
    }
    const ledger = await settledLedger(gateways.first.running.program, `api_key/${key.id}/`, {
      apiKeyId: key.id,
      count: statuses.length,
    })
    const billed = upstream.billedNanos() - billedBefore

    expect(statuses, `seed ${seed}`).toContain(412)
    // 502: cut before the first byte; 503: the database did not answer in time on a busy machine, so nothing was sent
    expect([...new Set(statuses)].filter((status) => ![200, 412, 429, 502, 503].includes(status))).toEqual([])
    expect(ledger.spent, `seed ${seed}`).toBeLessThanOrEqual(dollars * 1e9)
    expect(ledger.spent).toBeGreaterThan(dollars * 1e9 * 0.8)
    expect(billed, `seed ${seed}`).toBeLessThanOrEqual(dollars * 1e9)
    expect(ledger.held).toBe(0)
    expect(ledger.spent).toBe(ledger.logged)
    expect(ledger.logs.filter((log) => log.apiKeyId === key.id)).toHaveLength(statuses.length)
  })
})
