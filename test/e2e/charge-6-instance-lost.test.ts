/** Rule 6 of the charge of a call: requests of a lost instance are charged what was held for them, and those that were being refused nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminClient, adminClient } from '../support/admin-client.ts'
import { type BillingUpstream, billedModel, startBillingUpstream } from '../support/billing-upstream.ts'
import { until } from '../support/ledger-state.ts'
import { type LocalProcess, runLocal } from '../support/local-process.ts'
import { seededRandom } from '../support/seeded-random.ts'

const variables = { SLUICE_ADMIN_KEY: 'lost-admin-key-0123456789', SLUICE_API_KEY: 'lost-api-key-0123456789ab' }
const dataFolder = mkdtempSync(join(tmpdir(), 'sluice-lost-'))
const started: LocalProcess[] = []
let upstream: BillingUpstream

beforeAll(async () => {
  upstream = await startBillingUpstream({ random: seededRandom(7) })
})

afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL')
  await Promise.all(started.map(({ ended }) => ended))
  await upstream?.stop()
  rmSync(dataFolder, { recursive: true, force: true })
})

async function start(): Promise<{ process: LocalProcess; origin: string; admin: AdminClient }> {
  const process = runLocal(['--port', '0', '--data', dataFolder], variables)
  started.push(process)
  const [, origin = ''] = await process.says(/listens on (http:\/\/\S+)/)
  return { process, origin, admin: adminClient(origin, variables.SLUICE_ADMIN_KEY) }
}

const ask = (origin: string, secret: string) =>
  fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: `@sim/${billedModel}`,
      stream: true,
      max_tokens: 50,
      messages: [{ role: 'user', content: 'hang' }],
    }),
  }).catch(() => undefined)

describe('the requests of an instance that was killed', () => {
  it('cost at least their bill, and together no more than the limit that many of them were just refused by', async () => {
    const dollars = 0.004
    const first = await start()
    await first.admin.connect('sim', 'openai', upstream.origin)
    const key = await first.admin.makeKey({ usage_limits: { credit_limit: dollars } })
    const asking = Array.from({ length: 60 }, () => ask(first.origin, key.secret))
    await until(upstream.underWay, (count) => count >= 3)
    first.process.child.kill('SIGKILL')
    await first.process.ended
    await Promise.allSettled(asking)
    await until(upstream.underWay, (count) => count === 0)

    const second = await start()
    const status = await second.admin.call('GET', `/limits/status?api_key=${key.id}`)
    const [standing] = status.data as unknown as { held: number; spent: number }[]
    expect(standing?.held).toBe(0)
    expect(standing?.spent).toBeGreaterThanOrEqual(upstream.billedNanos() / 1e9)
    expect(standing?.spent).toBeLessThanOrEqual(dollars)
  }, 90_000)
})
