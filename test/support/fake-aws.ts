/** What functions ask of AWS beside the database and the secrets, on loopback: topic, event bus, objects, vectors. Keeps what it was sent. */
import http, { type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface FakeAws {
  readonly endpoint: string
  /** Messages that were published to a topic. */
  readonly notices: { readonly topic: string; readonly subject: string; readonly message: string }[]
  /** Entries that were put on the event bus. */
  readonly events: Readonly<Record<string, string>>[]
  /** Bucket and key → bytes. */
  readonly objects: Map<string, Buffer>
  /** Operations that were asked for, in their order: `sns:Publish`, `s3:PUT`. */
  readonly operations: string[]
  stop(): Promise<void>
}

interface Answer {
  readonly status?: number
  readonly type: string
  readonly body: string | Buffer
}

const xml = 'text/xml'
const json = 'application/x-amz-json-1.1'

export async function startFakeAws(): Promise<FakeAws> {
  const kept = {
    notices: [] as FakeAws['notices'],
    events: [] as FakeAws['events'],
    objects: new Map<string, Buffer>(),
    operations: [] as string[],
  }
  const server = http.createServer(async (request, response) => {
    const { status = 200, type, body } = answerTo(request, await buffer(request), kept)
    response.writeHead(status, { 'content-type': type }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...kept,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

type Recordings = Pick<FakeAws, 'notices' | 'events' | 'objects' | 'operations'>

function answerTo(request: IncomingMessage, body: Buffer, kept: Recordings): Answer {
  const { method = 'GET', url = '/' } = request
  if (request.headers['x-amz-target'] === 'AWSEvents.PutEvents') return putEvents(body, kept)
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return publish(body, kept)
  if (method === 'POST' && /^\/[A-Z][A-Za-z]+$/.test(url)) {
    kept.operations.push(`s3vectors:${url.slice(1)}`)
    return { type: 'application/json', body: '{"vectors":[]}' }
  }
  kept.operations.push(`s3:${method}`)
  const name = decodeURIComponent(url.split('?')[0] ?? '').slice(1)
  if (method === 'PUT') {
    kept.objects.set(name, body)
    return { type: xml, body: '' }
  }
  const found = kept.objects.get(name)
  if (found) return { type: 'application/octet-stream', body: found }
  return { status: 404, type: xml, body: '<Error><Code>NoSuchKey</Code></Error>' }
}

function putEvents(body: Buffer, { events, operations }: Recordings): Answer {
  const { Entries } = JSON.parse(String(body)) as { Entries: FakeAws['events'] }
  operations.push('events:PutEvents')
  events.push(...Entries)
  return { type: json, body: JSON.stringify({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: '1' })) }) }
}

function publish(body: Buffer, { notices, operations }: Recordings): Answer {
  const form = new URLSearchParams(String(body))
  operations.push(`sns:${form.get('Action')}`)
  notices.push({
    topic: form.get('TopicArn') ?? '',
    subject: form.get('Subject') ?? '',
    message: form.get('Message') ?? '',
  })
  const result = '<PublishResult><MessageId>1</MessageId></PublishResult>'
  return { type: xml, body: `<PublishResponse>${result}</PublishResponse>` }
}
