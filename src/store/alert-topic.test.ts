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

afterEach(() => {
  vi.unstubAllEnvs()
  server?.close()
})

/** Answers every SNS request with `status`; resolves to what it was sent. */
async function startTopic(status: number): Promise<string[]> {
  const received: string[] = []
  const started = http.createServer(async (request, response) => {
    received.push(decodeURIComponent((await text(request)).replaceAll('+', ' ')))
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
    expect(received[0]).toContain('Sluice: a limit is used up')
    expect(received[0]).toContain('"spent": 5')
  })

  it('fails when no address took it, so that it is sent again', async () => {
    await startTopic(403)
    const ambient = log()
    const sent = createAlertTopic({ alertTopic: 'arn:aws:sns:us-east-1:000000000000:alerts' }, ambient).send(alert)
    await expect(sent).rejects.toThrow()
    expect(ambient.lines.at(-1)).toMatchObject({ level: 'error' })
  })
})
