/** The bundles that are deployed, under AWS's own runtime client: what streams, what is refused, what is done after the last byte. */
import { buffer, text } from 'node:stream/consumers'
import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RuntimeInstance } from '../support/runtime-api.ts'
import { call, type Deployment, deploy } from './deployment.ts'

let deployment: Deployment
let gateway: RuntimeInstance
let apiKey: string
let workspaceId: string

beforeAll(async () => {
  deployment = await deploy()
  const { administer, upstream } = deployment
  const workspace = await administer('POST', '/v1/admin/workspaces', { name: 'Lab' })
  workspaceId = String(workspace.id)
  await administer('POST', '/v1/integrations', {
    name: 'Test provider',
    slug: 'test-provider',
    ai_provider_id: 'openai',
    key: 'provider-secret',
    configurations: { custom_host: `${upstream.origin}/v1` },
  })
  await administer('PUT', '/v1/integrations/test-provider/workspaces', {
    workspaces: [{ id: workspace.id, enabled: true }],
  })
  await administer('POST', '/v1/providers', {
    name: 'test',
    slug: 'test',
    workspace_id: workspace.id,
    integration_id: 'test-provider',
  })
  const key = await administer('POST', '/v1/api-keys/workspace/service', {
    name: 'app',
    workspace_id: workspace.id,
    scopes: ['completions.write', 'logs.view'],
  })
  apiKey = String(key.key)
  gateway = await deployment.start('gateway')
})

afterAll(() => deployment?.stop())

const frames = [
  '{"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]}',
  '{"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}',
  '{"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":2,"total_tokens":13}}',
  '[DONE]',
]

function chat(headers: Record<string, string> = {}) {
  return call(gateway, {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: '@test/gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
  })
}

/** Records of the logs table, as stored. */
async function records(traceId: string): Promise<Record<string, AttributeValue>[]> {
  const { client, environment } = deployment.engine
  const { Items = [] } = await client.send(new ScanCommand({ TableName: environment.logsTable, ConsistentRead: true }))
  return Items.filter((item) => item.sk?.S === 'record' && JSON.stringify(item).includes(traceId))
}

describe('the gateway bundle', () => {
  it('streams the answer behind a prelude with status and headers', async () => {
    deployment.upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const frame of frames) response.write(`data: ${frame}\n\n`)
      response.end()
    })
    const answer = await chat()
    const body = await text(answer.body)
    expect({ status: answer.status, isStreamed: answer.isStreamed, body }).toMatchObject({
      status: 200,
      isStreamed: true,
    })
    expect(answer.headers).toMatchObject({ 'x-portkey-trace-id': expect.any(String) })
    expect(body).toContain('"content":"Hel"')
    expect(body.trimEnd().endsWith('data: [DONE]')).toBe(true)
    expect(await answer.ended).toEqual({})
    expect(deployment.upstream.received.at(-1)?.headers.authorization).toBe('Bearer provider-secret')
  })

  it('hands frames on as they come, while the provider is still speaking', async () => {
    const { promise: firstWasSeen, resolve: seeFirst } = Promise.withResolvers<void>()
    deployment.upstream.script(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${frames[0]}\n\n`)
      await firstWasSeen
      for (const frame of frames.slice(1)) response.write(`data: ${frame}\n\n`)
      response.end()
    })
    const answer = await chat()
    let body = ''
    for await (const chunk of answer.body) {
      body += chunk
      if (body.includes('Hel')) seeFirst()
    }
    expect(body).toContain('[DONE]')
    await answer.ended
  })

  it('closes the record after the last byte and before the invocation ends', async () => {
    deployment.upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(frames.map((frame) => `data: ${frame}\n\n`).join(''))
    })
    const closing = deployment.database.holdNext('"S":"closed"')
    const answer = await chat({ 'x-portkey-trace-id': 'trace-of-the-record' })
    await text(answer.body)
    await closing.caught
    await records('any')
    expect(answer.hasEnded()).toBe(false)
    closing.release()
    await answer.ended
    const stored = await records('trace-of-the-record')
    expect(stored).toHaveLength(1)
    const log = await deployment.administer('GET', `/v1/logs/${stored[0]?.pk?.S}`)
    expect(log).toMatchObject({
      metrics: { outcome: 'completed', req_units: 11, res_units: 2, is_priced: true, response_status_code: 200 },
    })
    expect(JSON.stringify(log)).not.toContain('provider-secret')
  })

  it("refuses an unknown key with the client wire's own error, status 401", async () => {
    const answer = await chat({ authorization: 'Bearer sk-unknown' })
    expect(answer.status).toBe(401)
    expect(JSON.parse(await text(answer.body))).toMatchObject({ error: { message: expect.any(String) } })
    expect(await answer.ended).toEqual({})
  })

  it("gives a provider's error before the first byte its own status", async () => {
    deployment.upstream.script((_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(
        '{"error":{"message":"max_tokens is too large","type":"invalid_request_error","param":null,"code":null}}',
      )
    })
    const answer = await chat()
    expect(answer.status).toBe(400)
    expect(await text(answer.body)).toContain('max_tokens is too large')
    expect(await answer.ended).toEqual({})
  })

  it('tells of a break in the middle in the stream itself, and the same instance goes on serving', async () => {
    deployment.upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${frames[0]}\n\n`, () => response.destroy())
    })
    const answer = await chat({ 'x-portkey-trace-id': 'trace-of-the-break' })
    const body = await text(answer.body)
    expect(answer.status).toBe(200)
    expect(body).toContain('"error"')
    expect(await answer.ended).toEqual({})
    expect(await records('trace-of-the-break')).toHaveLength(1)
    const next = await call(gateway, { method: 'GET', path: '/v1/health' })
    expect(next.status).toBe(200)
    await text(next.body)
    await next.ended
  })

  it('brings audio byte for byte, and breaks it off where the provider does, with a closed record', async () => {
    const sound = Buffer.from(Array.from({ length: 3_000 }, (_, at) => (at * 31) & 0xff))
    // the runtime client may not outlive a response that it has to break off
    const instance = await deployment.start('gateway')
    const speak = (trace: string) =>
      call(instance, {
        method: 'POST',
        path: '/v1/audio/speech',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'x-portkey-trace-id': trace },
        body: JSON.stringify({ model: '@test/tts-1', voice: 'alloy', input: 'Hi' }),
      })
    deployment.upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(sound)
    })
    const whole = await speak('trace-of-the-sound')
    expect([whole.status, whole.headers['content-type']]).toEqual([200, 'audio/mpeg'])
    expect((await buffer(whole.body)).equals(sound)).toBe(true)
    expect(await whole.ended).toEqual({})
    deployment.upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' })
      response.write(sound, () => response.destroy())
    })
    const broken = await speak('trace-of-the-broken-sound')
    await expect(buffer(broken.body)).rejects.toThrow()
    await broken.ended
    const [record] = await records('trace-of-the-broken-sound')
    expect(JSON.stringify(record)).toContain('interrupted')
    // the alarm for failed invocations takes these off again (issue 9)
    const metric = instance.log.split('\n').find((line) => line.includes('"_aws"')) ?? ''
    expect(JSON.parse(metric.slice(metric.indexOf('{')))).toMatchObject({
      service: 'Sluice',
      BrokenAnswers: 1,
      _aws: {
        CloudWatchMetrics: [
          { Namespace: 'Sluice', Dimensions: [['service']], Metrics: [{ Name: 'BrokenAnswers', Unit: 'Count' }] },
        ],
      },
    })
  })
})

describe('a limit on a key', () => {
  it('is held by the gateway bundle', async () => {
    deployment.upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(frames.map((frame) => `data: ${frame}\n\n`).join(''))
    })
    const limited = await deployment.administer('POST', '/v1/api-keys/workspace/service', {
      name: 'limited',
      workspace_id: workspaceId,
      scopes: ['completions.write'],
      rate_limits: [{ type: 'requests', unit: 'rpw', value: 1 }],
    })
    const statuses: number[] = []
    for (let count = 0; count < 2; count++) {
      const answer = await chat({ authorization: `Bearer ${limited.key}` })
      statuses.push(answer.status)
      await text(answer.body)
      await answer.ended
    }
    expect(statuses).toEqual([200, 429])
  })
})

describe('the ledger bundle', () => {
  it('takes a batch of closed records and writes their metrics', async () => {
    const ledger = await deployment.start('ledger')
    const [record] = await records('trace-of-the-record')
    const answer = await ledger.invoke({
      shardId: 'shardId-1',
      Records: [{ eventName: 'INSERT', dynamodb: { SequenceNumber: '100', NewImage: record } }],
    })
    expect(JSON.parse(await text(answer.body))).toEqual({ state: {}, batchItemFailures: [] })
    await answer.ended
    expect(ledger.log).toMatch(/"Namespace":"Sluice"/)
    expect(ledger.log).toMatch(/"provider":"openai","model":"gpt-4o-mini"/)
  })
})

describe('the windows bundle', () => {
  it('closes the records of lost instances and lets the heartbeat run', async () => {
    const windows = await deployment.start('windows')
    const answer = await windows.invoke({ run: 'sweep' })
    await text(answer.body)
    expect(await answer.ended).toEqual({})
    const { client, environment } = deployment.engine
    const { Items = [] } = await client.send(new ScanCommand({ TableName: environment.logsTable }))
    expect(Items.some((item) => item.sk?.S === 'heartbeat')).toBe(true)
  })
})

describe('cold starts', () => {
  it('are measured from the start of the process to its first question for work', async () => {
    const measured: string[] = []
    for (const name of ['gateway', 'ledger', 'windows'] as const) {
      const { initMs } = await deployment.start(name)
      measured.push(`${name} ${Math.round(initMs)} ms`)
    }
    console.log(`cold starts on this machine: ${measured.join(', ')}`)
  })
})
