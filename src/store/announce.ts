/** Tells operators: their log always, the notification topic and the event bus where they are named. */
import type { Ambient, LogLine } from '../ambient.ts'
import type { Environment } from '../environment.ts'

export type Addresses = Pick<Environment, 'alertTopic' | 'alertBus'>

export interface Announcement {
  readonly level: LogLine['level']
  /** Of the mail; the log's message. */
  readonly subject: string
  /** Of the event. */
  readonly detailType: string
  /** What the log calls the content. */
  readonly name: 'alert' | 'notice'
  readonly content: object
}

const eventSource = 'sluice'

/** Throws when addresses are configured and none of them took it. */
export async function announce(
  { level, subject, detailType, name, content }: Announcement,
  { alertTopic, alertBus }: Addresses,
  ambient: Pick<Ambient, 'log'>,
): Promise<void> {
  ambient.log({ level, message: subject, [name]: content })
  const sends = [
    ...(alertTopic === undefined ? [] : [publish(alertTopic, subject, content)]),
    ...(alertBus === undefined ? [] : [putEvent(alertBus, detailType, content)]),
  ]
  const failures = (await Promise.allSettled(sends)).filter((result) => result.status === 'rejected')
  for (const { reason } of failures)
    ambient.log({ level: 'error', message: `the ${name} did not reach an address`, reason: String(reason) })
  if (sends.length > 0 && failures.length === sends.length) throw failures[0]?.reason
}

async function publish(topicArn: string, subject: string, content: object): Promise<void> {
  const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns')
  const client = new SNSClient()
  const message = { TopicArn: topicArn, Subject: subject, Message: JSON.stringify(content, null, 2) }
  await client.send(new PublishCommand(message)).finally(() => client.destroy())
}

async function putEvent(busName: string, detailType: string, content: object): Promise<void> {
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
