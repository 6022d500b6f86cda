/** A gateway, a provider that keeps its own bill, and calls whose bill and charge are compared. */
import type { ClosedLog } from '../../src/records/log.ts'
import { type BillingUpstream, billedModel, startBillingUpstream } from './billing-upstream.ts'
import { settledLedger, until } from './ledger-state.ts'
import { seededRandom } from './seeded-random.ts'
import { type Sluice, startSluice } from './sluice.ts'

export interface Compared {
  /** Nano-dollars, by the provider. */
  readonly billed: number
  /** Nano-dollars, by the limit. */
  readonly spent: number
  readonly log: ClosedLog
}

export interface ChargeStage {
  readonly sluice: Sluice
  readonly upstream: BillingUpstream
  /** One call with a strict budget of its own, until everything about it is at rest. */
  compare(call: ChargedCall): Promise<Compared>
  stop(): Promise<void>
}

export interface ChargedCall {
  readonly content: string
  readonly isStream?: boolean
  readonly maxTokens?: number
  readonly config?: object
  /** Leaves when this resolves, which gets what the provider sees; absent = the client stays. */
  readonly leave?: (upstream: BillingUpstream) => Promise<void>
}

type Options = Partial<Parameters<typeof startBillingUpstream>[0]>

export async function startChargeStage(options: Options = {}): Promise<ChargeStage> {
  const upstream = await startBillingUpstream({ random: seededRandom(9), mostOutput: 400, ...options })
  const sluice = await startSluice()
  await sluice.connect('sim', 'openai', upstream.origin)
  return {
    sluice,
    upstream,
    compare: (call) => compare(call, sluice, upstream),
    async stop() {
      await sluice.stop()
      await upstream.stop()
    },
  }
}

async function compare(call: ChargedCall, sluice: Sluice, upstream: BillingUpstream): Promise<Compared> {
  const { content, isStream = false, maxTokens = 400, config, leave } = call
  const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 5 } })
  const before = upstream.billedNanos()
  const gone = new AbortController()
  const asking = fetch(`${sluice.origin}/v1/chat/completions`, {
    method: 'POST',
    signal: gone.signal,
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      ...(config === undefined ? {} : { 'x-portkey-config': JSON.stringify(config) }),
    },
    body: JSON.stringify({
      model: `@sim/${billedModel}`,
      stream: isStream,
      max_tokens: maxTokens,
      messages: [{ role: 'user', content }],
    }),
  })
    .then((response) => response.text())
    .catch(() => '')
  if (leave !== undefined) {
    await leave(upstream)
    gone.abort()
  }
  await asking
  const books = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
  await until(upstream.underWay, (count) => count === 0)
  const log = books.logs.find((each) => each.apiKeyId === id)
  if (log === undefined) throw new Error('there is no record')
  return { billed: upstream.billedNanos() - before, spent: books.spent, log }
}
