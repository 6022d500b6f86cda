/** Alerts reach the log always, and the topic where one is named. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LogLine } from '../ambient.ts'
import type { Alert } from '../limits/alerts.ts'
import { createAlertTopic } from './alert-topic.ts'

const alert: Alert = {
  type: 'exhausted',
  counter: 'key/k1',
  about: {
    owner: { kind: 'api_key', id: 'k1', label: 'sk*****abc' },
    nature: 'usage',
    resource: 'cost',
    amount: 5,
    startMs: 0,
  },
  spent: 5,
  atMs: 1_000,
}

let server: http.Server | undefined
let busServer: http.Server | undefined

afterEach(() => {
  vi.unstubAllEnvs()
  server?.close()
  busServer?.close()
})

/** Answers every SNS request with `status`; resolves to what it was sent. */
async function startTopic(status: number): Promise<string[]> {
  const received: string[] = []
  const started = http.createServer(async (request, response) => {
    received.push(await text(request))
    response.writeHead(status, { 'content-type': 'text/xml', connection: 'close' })
    response.end(
      status === 200
        ? '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>'
        : '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>',
    )
  })
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', `http://127.0.0.1:${(started.address() as AddressInfo).port}`)
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'local')
  vi.stubEnv('AWS_REGION', 'us-east-1')
  return received
}

/** Takes every event that is put on it. */
async function startBus(): Promise<string[]> {
  const received: string[] = []
  const started = http.createServer(async (request, response) => {
    received.push(await text(request))
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', connection: 'close' })
    response.end('{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}')
  })
  busServer = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', `http://127.0.0.1:${(started.address() as AddressInfo).port}`)
  return received
}

function log() {
  const lines: LogLine[] = []
  return { lines, log: (line: LogLine) => void lines.push(line) }
}

describe('an alert', () => {
  it('is a line in the log when no address is named', async () => {
    const ambient = log()
    await createAlertTopic({}, ambient).send(alert)
    expect(ambient.lines).toMatchObject([{ level: 'warn', message: 'Sluice: a limit is used up', alert }])
  })

  it('is published with its subject and every figure', async () => {
    const received = await startTopic(200)
    await createAlertTopic({ alertTopic: 'arn:aws:sns:us-east-1:000000000000:alerts' }, log()).send(alert)
    expect(received).toHaveLength(1)
    expect(new URLSearchParams(received[0]).get('Subject')).toBe('Sluice: a limit is used up')
    const message = new URLSearchParams(received[0]).get('Message') ?? ''
    expect(message).toMatch(/^The usage limit of .* is used up: \$\d+\.\d+ of \$\d+\.\d+ used\./)
    expect(JSON.parse(message.slice(message.indexOf('{')))).toMatchObject({ spent: 5 })
  })

  it('fails when one of two addresses did not take it, and says which (issue 9)', async () => {
    await startTopic(403)
    const bus = await startBus()
    const addresses = { alertTopic: 'arn:aws:sns:us-east-1:000000000000:alerts', alertBus: 'default' }
    const sent = createAlertTopic(addresses, log()).send(alert)
    await expect(sent).rejects.toMatchObject({ missing: ['topic'] })
    expect(bus).toHaveLength(1)
    await expect(createAlertTopic(addresses, log()).send(alert, ['topic'])).rejects.toThrow('not taken by the topic')
    expect(bus).toHaveLength(1)
  })

  it('fails when no address took it, so that it is sent again', async () => {
    await startTopic(403)
    const ambient = log()
    const sent = createAlertTopic({ alertTopic: 'arn:aws:sns:us-east-1:000000000000:alerts' }, ambient).send(alert)
    await expect(sent).rejects.toThrow()
    expect(ambient.lines.at(-1)).toMatchObject({ level: 'error' })
  })
})
