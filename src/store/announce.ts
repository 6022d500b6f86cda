/** Tells operators: their log always, the notification topic and the event bus where they are named. */
import type { Ambient, LogLine } from '../ambient.ts'
import type { Environment } from '../environment.ts'

export type Addresses = Pick<Environment, 'alertTopic' | 'alertBus'>

export type AddressName = 'topic' | 'bus'

/** Some addresses did not take it. The cause is the first one's reason. */
export class IncompleteDelivery extends Error {
  readonly missing: readonly AddressName[]

  constructor(missing: readonly AddressName[], cause: unknown) {
    super(`not taken by the ${missing.join(' and the ')}`, { cause })
    this.missing = missing
  }
}

export interface Announcement {
  readonly level: LogLine['level']
  /** Of the mail; the log's message. */
  readonly subject: string
  /** Of the event. */
  readonly detailType: string
  /** Of the mail: what a person reads, above the content. */
  readonly text: string
  /** What the log calls the content. */
  readonly name: 'alert' | 'notice'
  readonly content: object
}

const eventSource = 'sluice'

/** To the addresses that are configured; with `only` to those of them alone. Throws IncompleteDelivery when some did not take it. */
export async function announce(
  announcement: Announcement,
  { alertTopic, alertBus }: Addresses,
  { ambient, only }: { readonly ambient: Pick<Ambient, 'log'>; readonly only?: readonly AddressName[] | undefined },
): Promise<void> {
  const { level, subject, name, content } = announcement
  ambient.log({ level, message: subject, [name]: content })
  const sends: Readonly<Record<AddressName, (() => Promise<void>) | undefined>> = {
    topic: alertTopic === undefined ? undefined : () => publish(alertTopic, announcement),
    bus: alertBus === undefined ? undefined : () => putEvent(alertBus, announcement),
  }
  const missing: AddressName[] = []
  const reasons: unknown[] = []
  for (const address of ['topic', 'bus'] as const) {
    if (only !== undefined && !only.includes(address)) continue
    await sends[address]?.().catch((reason: unknown) => {
      ambient.log({ level: 'error', message: `the ${name} did not reach the ${address}`, reason: String(reason) })
      missing.push(address)
      reasons.push(reason)
    })
  }
  if (missing.length > 0) throw new IncompleteDelivery(missing, reasons[0])
}

async function publish(topicArn: string, { subject, text, content }: Announcement): Promise<void> {
  const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns')
  const client = new SNSClient()
  const Message = `${text}\n\n${JSON.stringify(content, null, 2)}`
  await client
    .send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message }))
    .finally(() => client.destroy())
}

async function putEvent(busName: string, { detailType, content }: Announcement): Promise<void> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge')
  const client = new EventBridgeClient()
  const entry = {
    EventBusName: busName,
    Source: eventSource,
    DetailType: detailType,
    Detail: JSON.stringify(content),
  }
  const { FailedEntryCount, Entries } = await client
    .send(new PutEventsCommand({ Entries: [entry] }))
    .finally(() => client.destroy())
  if (FailedEntryCount) throw new Error(`the event bus refused: ${Entries?.[0]?.ErrorMessage}`)
}
