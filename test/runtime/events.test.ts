/** Every function of the synthesised stack starts with exactly what the template gives it and does its work on the events that the template sends it (issue 9). */
import { randomBytes } from 'node:crypto'
import { json, text } from 'node:stream/consumers'
import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { functionNames } from '../../lib/bundle.ts'
import { rootKey } from '../support/lambda-platform.ts'
import type { RuntimeInstance } from '../support/runtime-api.ts'
import { readStreamEvents } from '../support/stream-event.ts'
import { call, type Deployment, deploy } from './deployment.ts'

let deployment: Deployment
const instances = new Map<string, RuntimeInstance>()
let workspaceId: string

const whole = {
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  // $0.15 and $0.60 a million tokens: $0.6000015 in all
  usage: { prompt_tokens: 10, completion_tokens: 1_000_000, total_tokens: 1_000_010 },
}

beforeAll(async () => {
  deployment = await deploy()
  const { administer, upstream } = deployment
  upstream.script((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole))
  })
  const workspace = await administer('POST', '/v1/admin/workspaces', { name: 'Lab' })
  workspaceId = String(workspace.id)
  await administer('POST', '/v1/integrations', {
    name: 'Test provider',
    slug: 'test',
    ai_provider_id: 'openai',
    key: 'provider-secret',
    configurations: { custom_host: `${upstream.origin}/v1` },
  })
  await administer('PUT', '/v1/integrations/test/workspaces', { workspaces: [{ id: workspaceId, enabled: true }] })
})

afterAll(() => deployment?.stop())

function deployed(name: string) {
  const found = deployment.functions.find((each) => each.name === name)
  if (found === undefined) throw new Error(`the template has no function '${name}'`)
  return found
}

async function running(name: (typeof functionNames)[number]): Promise<RuntimeInstance> {
  const instance = instances.get(name) ?? (await deployment.start(name))
  instances.set(name, instance)
  return instance
}

async function makeKey(fields: object): Promise<string> {
  const scopes = ['completions.write', 'logs.view']
  const body = { name: 'app', workspace_id: workspaceId, scopes, ...fields }
  return String((await deployment.administer('POST', '/v1/api-keys/workspace/service', body)).key)
}

async function chat(apiKey: string, content: unknown, headers: Record<string, string> = {}) {
  const answer = await call(await running('gateway'), {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: '@test/gpt-4o-mini', messages: [{ role: 'user', content }] }),
  })
  const body = await text(answer.body)
  expect(await answer.ended).toEqual({})
  return { status: answer.status, headers: answer.headers, body }
}

async function scan(table: 'logsTable' | 'countersTable'): Promise<Record<string, AttributeValue>[]> {
  const { client, environment } = deployment.engine
  const { Items = [] } = await client.send(new ScanCommand({ TableName: environment[table], ConsistentRead: true }))
  return Items
}

/** Every batch of the logs table's stream, from its start. */
async function feedLedger(): Promise<void> {
  const { stream } = deployed('ledger').invokedBy
  if (stream === undefined) throw new Error('the template has no stream for the ledger')
  const events = await readStreamEvents(deployment.engine.endpoint, stream)
  expect(events.length).toBeGreaterThan(0)
  for (const event of events) {
    const answer = await (await running('ledger')).invoke(event)
    expect(await json(answer.body)).toEqual({ state: {}, batchItemFailures: [] })
    expect(await answer.ended).toEqual({})
  }
}

describe('the template', () => {
  it('has every function of the bundle, and something that invokes each', () => {
    expect(deployment.functions.map(({ name }) => name).sort()).toEqual([...functionNames].sort())
    const invoked = deployment.functions.map(({ name, invokedBy: { url, stream, schedules } }) => [
      name,
      [...(url ? ['url'] : []), ...(stream ? ['stream'] : []), ...schedules.map(() => 'schedule')],
    ])
    expect(Object.fromEntries(invoked)).toEqual({
      gateway: ['url'],
      admin: ['url'],
      ledger: ['stream'],
      windows: ['schedule', 'schedule'],
    })
  })

  it.each(functionNames)('gives %s all that it needs to start', async (name) => {
    await running(name)
  })
})

describe('the functions together', () => {
  it('bring a budget to its end: gateway, stream, ledger, refusal, one alert', async () => {
    const apiKey = await makeKey({
      name: 'budget',
      usage_limits: { type: 'cost', credit_limit: 1, alert_threshold: 0.5 },
    })
    const statuses: number[] = []
    for (let count = 0; count < 3; count++) {
      statuses.push((await chat(apiKey, 'Hi', { 'x-portkey-trace-id': `budget-${count}` })).status)
      await feedLedger()
    }
    expect(statuses).toEqual([200, 200, 412])
    const spent = (await scan('countersTable')).filter((item) => JSON.stringify(item).includes('1200003000'))
    expect(spent.length).toBeGreaterThan(0)
    const { notices, events } = deployment.aws
    expect(notices.map(({ subject }) => subject)).toEqual([
      'Sluice: a limit has reached its alert threshold',
      'Sluice: a limit is used up',
    ])
    expect(new Set(notices.map(({ topic }) => topic))).toEqual(
      new Set([deployed('ledger').variables.SLUICE_ALERT_TOPIC]),
    )
    expect(events.map((event) => event.DetailType)).toEqual(['limit threshold', 'limit exhausted'])
  })

  it('settle and archive limit windows on every event that a schedule sends, and read no body', async () => {
    const { schedules } = deployed('windows').invokedBy
    for (const event of schedules) {
      const answer = await (await running('windows')).invoke(event)
      await text(answer.body)
      expect(await answer.ended, JSON.stringify(event)).toEqual({})
    }
    expect((await scan('logsTable')).some((item) => item.sk?.S === 'heartbeat')).toBe(true)
    expect(deployment.aws.operations).toContain('s3vectors:ListVectors')
    for (const name of ['ledger', 'windows'])
      expect(deployed(name).variables).not.toHaveProperty('SLUICE_PAYLOAD_BUCKET')
  })

  it('show a log whose bodies are larger than Lambda lets a whole answer be', async () => {
    const apiKey = await makeKey({ name: 'large' })
    const large = randomBytes(2_900_000).toString('base64')
    const { status, body } = await chat(apiKey, large, { 'x-portkey-trace-id': 'large-log' })
    expect([status, body]).toEqual([200, JSON.stringify(whole)])
    const record = (await scan('logsTable')).find(
      (item) => item.sk?.S === 'record' && JSON.stringify(item).includes('large-log'),
    )
    const admin = await deployment.start('admin')
    const answer = await call(admin, {
      method: 'GET',
      path: `/v1/logs/${record?.pk?.S}`,
      headers: { 'x-portkey-api-key': rootKey },
    })
    const shown = await text(answer.body)
    expect(answer.status, shown.slice(0, 300)).toBe(200)
    expect(await answer.ended).toEqual({})
    expect(shown.length).toBeGreaterThan(6 * 1024 * 1024)
    expect(JSON.parse(shown)).toMatchObject({ request: { body: { messages: [{ content: large }] } } })
  })
})
