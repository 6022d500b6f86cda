/** Past requests as people ask for them: the list of logs, analytics and feedback, through the official client and over HTTP. */
import { Portkey } from 'portkey-ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTwoProviders, type TwoProviders } from '../support/two-providers.ts'
import { chatAnswer } from '../support/upstream.ts'

let stage: TwoProviders
let portkey: Portkey
const range = () => ({
  time_of_generation_min: new Date(Date.now() - 3_600_000).toISOString(),
  time_of_generation_max: new Date(Date.now() + 60_000).toISOString(),
})

async function ask(path: string, fields: Record<string, string> = {}, key = stage.sluice.adminKey) {
  const query = new URLSearchParams({ ...range(), ...fields })
  const answer = await fetch(`${stage.sluice.origin}/v1${path}?${query}`, { headers: { 'x-portkey-api-key': key } })
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what a test asserts
  return { status: answer.status, json: (await answer.json()) as any }
}

async function chat(user: string, trace: string, status = 200) {
  stage.open.script((_, response) => {
    if (status !== 200)
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}')
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(chatAnswer('ok')))
  })
  const answer = await stage.sluice.post(
    '/v1/chat/completions',
    { model: '@open/gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }] },
    { 'x-portkey-metadata': JSON.stringify({ _user: user, team: 'search' }), 'x-portkey-trace-id': trace },
  )
  await answer.text()
  return stage.sluice.logOf(answer)
}

beforeAll(async () => {
  stage = await startTwoProviders()
  portkey = new Portkey({ apiKey: stage.sluice.adminKey, baseURL: `${stage.sluice.origin}/v1` })
  for (let at = 0; at < 5; at++) await chat(at % 2 === 0 ? 'ada' : 'bob', `trace-${at}`)
  await chat('ada', 'trace-failed', 400)
})

afterAll(() => stage?.stop())

describe('the list of logs', () => {
  it('has every request, newest first, in pages whose cursor stays where it is', async () => {
    const first = await ask('/logs/search', { limit: '2' })
    await chat('eve', 'trace-later')
    const second = await ask('/logs/search', { limit: '2', cursor: first.json.next_cursor })
    const traces = [...first.json.data, ...second.json.data].map(({ trace_id }: { trace_id: string }) => trace_id)
    expect(traces).toEqual(['trace-failed', 'trace-4', 'trace-3', 'trace-2'])
  })

  it.each([
    [{ user: 'bob' }, 2],
    [{ 'metadata.team': 'search', status_code: '400' }, 1],
    [{ metadata: '{"team":"sales"}' }, 0],
    [{ search: 'TRACE-4' }, 1],
    [{ is_success: 'false' }, 1],
    [{ total_units_min: '1', user: 'ada' }, 3],
  ])('finds by %j', async (filter, count) => {
    expect((await ask('/logs/search', filter as Record<string, string>)).json.data).toHaveLength(count)
  })

  it('refuses a filter that it does not know, naming the nearest', async () => {
    const { status, json } = await ask('/logs/search', { status_cod: '400' })
    expect(status).toBe(400)
    expect(json.message).toContain("did you mean 'status_code'")
  })

  it('shows a workspace key the requests of its own workspace only', async () => {
    const other = await stage.sluice.admin('POST', '/admin/workspaces', { name: 'Other' })
    const key = await stage.sluice.admin('POST', '/api-keys/workspace/service', {
      name: 'reader',
      workspace_id: other.id,
      scopes: ['logs.view', 'logs.list', 'analytics.view'],
    })
    expect((await ask('/logs/search', {}, String(key.key))).json.data).toEqual([])
    expect((await ask('/analytics/graphs/requests', {}, String(key.key))).json.summary).toEqual({ total: 0 })
  })
})

describe('analytics', () => {
  it("answers every call of the official client's", async () => {
    const graphs = Object.getOwnPropertyNames(Object.getPrototypeOf(portkey.analytics.graphs)).filter(
      (name) => name !== 'constructor',
    )
    expect(graphs.length).toBeGreaterThan(14)
    for (const name of graphs) {
      const call = portkey.analytics.graphs[name as 'requests'].bind(portkey.analytics.graphs)
      expect(await call(range()), name).toMatchObject({ object: 'analytics-graph' })
    }
    expect(await portkey.analytics.groups.users(range())).toMatchObject({ object: 'list' })
    expect(await portkey.analytics.groups.aiModels(range())).toMatchObject({ object: 'list' })
    expect(await portkey.analytics.groups.metadata('team', range())).toMatchObject({
      data: [{ metadata_value: 'search' }],
    })
    for (const by of [
      'ai_service',
      'model',
      'status_code',
      'api_key',
      'config',
      'workspace',
      'provider',
      'prompt',
    ] as const)
      expect(await portkey.analytics.groups.groupedData(by, range() as never), by).toMatchObject({ object: 'list' })
    expect(await portkey.analytics.summary.cache(range())).toMatchObject({ object: 'analytics-summary' })
  })

  it('adds up to what the records say', async () => {
    const { json: list } = await ask('/logs/search', { limit: '1000' })
    const rows: readonly { cost_nanos: number | null; total_units: number | null }[] = list.data
    const { json: cost } = await ask('/analytics/graphs/cost')
    const nanos = rows.reduce((sum, { cost_nanos }) => sum + (cost_nanos ?? 0), 0)
    expect(nanos).toBeGreaterThan(0)
    expect(cost.summary.total).toBe(nanos / 1e7)
    const { json: users } = await ask('/analytics/groups/users', { columns: 'cost,error_count' })
    expect(users.data[0]).toMatchObject({ user: 'ada', requests: 4, error_count: 1, object: 'analytics-group' })
    const { json: errors } = await ask('/analytics/graphs/errors-rate', { user: 'ada' })
    expect(errors.summary).toEqual({ rate: 25 })
  })

  it.each([
    ['/analytics/graphs/cost', { time_of_generation_min: 'yesterday' }, /ISO 8601/],
    ['/analytics/groups/usrs', {}, /there is no group 'usrs'/],
    ['/analytics/groups/users', { columns: 'costs' }, /did you mean 'cost'/],
    ['/analytics/graphs/cost', { time_zone: 'Mars/Base' }, /IANA/],
  ])('says what is wrong with %s %j', async (path, fields, message) => {
    const { status, json } = await ask(path, fields as Record<string, string>)
    expect(status).toBe(400)
    expect(json.message).toMatch(message)
  })
})

describe('feedback', () => {
  it('is taken from the official client, one or many, and changed by its id', async () => {
    const own = new Portkey({ apiKey: stage.sluice.apiKey, baseURL: `${stage.sluice.origin}/v1` })
    const one = await own.feedback.create({ traceID: 'trace-1', value: 5, weight: 0.5 } as never)
    expect(one).toMatchObject({ status: 'success', feedback_ids: [expect.any(String)] })
    const many = await own.feedback.create([
      { trace_id: 'trace-2', value: -2 },
      { trace_id: 'trace-3', value: 3 },
    ] as never)
    expect((many as unknown as { feedback_ids: string[] }).feedback_ids).toHaveLength(2)
    const { feedback_ids } = one as unknown as { feedback_ids: string[] }
    const put = await fetch(`${stage.sluice.origin}/v1/feedback/${feedback_ids[0]}`, {
      method: 'PUT',
      headers: { 'x-portkey-api-key': stage.sluice.apiKey, 'content-type': 'application/json' },
      body: '{"value":8,"weight":1}',
    })
    expect(put.status).toBe(200)
    expect((await ask('/analytics/graphs/feedbacks')).json.summary).toEqual({ total: 3 })
    expect((await ask('/analytics/graphs/feedbacks/weighted')).json.summary.avg).toBe((8 - 2 + 3) / 3)
    expect((await ask('/logs/search', { feedback_min: '7' })).json.data).toHaveLength(1)
    expect((await ask('/analytics/graphs/feedbacks/ai-models')).json.data_points).toEqual([
      { ai_model: 'gpt-4o-mini', total: 3, avg_weighted_feedback: 3 },
    ])
  })

  it('is refused outside its range', async () => {
    const answer = await fetch(`${stage.sluice.origin}/v1/feedback`, {
      method: 'POST',
      headers: { 'x-portkey-api-key': stage.sluice.apiKey, 'content-type': 'application/json' },
      body: '{"trace_id":"t","value":11}',
    })
    expect(answer.status).toBe(400)
  })
})
