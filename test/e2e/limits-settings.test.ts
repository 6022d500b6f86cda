/** Limits as administrators set them through the running program: echoes, windows, policies by group, resets, and what is refused as a typo. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemAmbient } from '../../src/ambient.ts'
import { type BillingUpstream, billedModel, startBillingUpstream } from '../support/billing-upstream.ts'
import { settledLedger } from '../support/ledger-state.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'

/** The program's clock starts here, so that no window ends while it is looked at. */
const wednesdayNoonMs = Date.UTC(2026, 10, 18, 12)

let sluice: Sluice
let upstream: BillingUpstream
let workspaceId: string
let policyId: string

beforeAll(async () => {
  upstream = await startBillingUpstream({ random: seededRandom(13) })
  const ambient = systemAmbient(() => {})
  const aheadMs = wednesdayNoonMs - ambient.now()
  sluice = await startSluice({ ambient: { ...ambient, now: () => ambient.now() + aheadMs } })
  await sluice.connect('sim', 'openai', upstream.origin)
  const { data } = await sluice.admin('GET', '/admin/workspaces')
  workspaceId = (data as unknown as { id: string }[])[0]?.id ?? ''
  // before the first request, because an instance may know its workspace's policies for half a minute
  const policy = await sluice.admin('POST', '/policies/usage-limits', {
    name: 'by user',
    conditions: [{ key: 'metadata._user', value: ['ann', 'bob'] }],
    group_by: [{ key: 'metadata._user' }],
    type: 'requests',
    credit_limit: 1,
    workspace_id: workspaceId,
  })
  policyId = String(policy.id)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

async function ask(secret: string, metadata: object = {}): Promise<Response> {
  const body = { model: `@sim/${billedModel}`, max_tokens: 20, messages: [{ role: 'user', content: 'plain' }] }
  const headers = { authorization: `Bearer ${secret}`, 'x-portkey-metadata': JSON.stringify(metadata) }
  const response = await sluice.post('/v1/chat/completions', body, headers)
  await response.text()
  return response
}

describe('the windows of a budget', () => {
  it.each([
    ['weekly', { periodic_reset: 'weekly' }, Date.UTC(2026, 10, 22)],
    ['monthly', { periodic_reset: 'monthly' }, Date.UTC(2026, 11, 1)],
    ['every 10 days', { periodic_reset_days: 10 }, Date.UTC(2026, 10, 28)],
  ])('%s: echoed, counted, and ending at the instant that UTC says', async (_, period, endMs) => {
    const settings = { credit_limit: 2, alert_threshold: 1.5, ...period }
    const { id, secret } = await sluice.client.makeKey({ usage_limits: settings })
    expect((await ask(secret)).status).toBe(200)
    const books = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
    const shown = (await sluice.admin('GET', `/api-keys/${id}`)) as unknown as { usage_limits: object }
    expect(shown.usage_limits).toEqual({ ...settings, current_usage: books.spent / 1e9 })
    expect(shown).toMatchObject({
      next_usage_reset_at: expect.stringContaining(new Date(endMs).toISOString().slice(0, 19)),
    })
    const { data } = await sluice.admin('GET', `/limits/status?api_key=${id}`)
    expect(data).toMatchObject([
      { resource: 'cost', limit: 2, spent: books.spent / 1e9, held: 0, remaining: 2 - books.spent / 1e9 },
    ])
  })
})

describe('a policy by user', () => {
  it('gives each user a budget of their own, names who is refused, and resets one without the other', async () => {
    const { secret } = await sluice.client.makeKey()
    expect((await ask(secret, { _user: 'ann' })).status).toBe(200)
    await settledLedger(sluice.running.program, `policy/${policyId}/`)
    expect((await ask(secret, { _user: 'ann' })).status).toBe(412)
    expect((await ask(secret, { _user: 'bob' })).status).toBe(200)
    await settledLedger(sluice.running.program, `policy/${policyId}/`)
    const { data } = await sluice.admin('GET', `/limits/status?policy_id=${policyId}`)
    const rows = data as unknown as { value_key: string; spent: number }[]
    expect(rows.map((row) => [row.value_key, row.spent]).sort()).toEqual([
      ['metadata._user:ann', 1],
      ['metadata._user:bob', 1],
    ])
    const ann = Buffer.from('metadata._user:ann').toString('base64url')
    await sluice.admin('PUT', `/policies/usage-limits/${policyId}/entities/${ann}/reset`)
    sluice.passTime(31_000)
    expect((await ask(secret, { _user: 'ann' })).status).toBe(200)
    expect((await ask(secret, { _user: 'bob' })).status).toBe(412)
    expect((await ask(secret)).status).toBe(200)
  })
})

describe('a typo that would lose a limit', () => {
  it.each([
    ['budgets instead of usage_limits', { budgets: { credit_limit: 1 } }, /budgets/],
    ['budget inside', { usage_limits: { budget: 1 } }, /budget/],
    ['an unknown period', { usage_limits: { credit_limit: 1, periodic_reset: 'daily' } }, /weekly.*monthly|daily/],
    ['a negative amount', { usage_limits: { credit_limit: -1 } }, /credit_limit/],
    [
      'both kinds of reset',
      { usage_limits: { credit_limit: 1, periodic_reset: 'weekly', periodic_reset_days: 3 } },
      /periodic_reset/,
    ],
    ['an unknown unit', { rate_limits: [{ type: 'requests', unit: 'rpx', value: 1 }] }, /rpm/],
    ['zero days', { usage_limits: { credit_limit: 1, periodic_reset_days: 0 } }, /periodic_reset_days/],
  ])('%s is a 400 that says what was meant', async (_, settings, message) => {
    const { status, body } = await sluice.client.try('POST', '/api-keys/workspace/service', {
      name: 'typo',
      scopes: ['completions.write'],
      workspace_id: workspaceId,
      ...settings,
    })
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toMatch(message)
  })
})
