/** Tells alerts to whoever listens: the operators' log, the notification topic, the event bus. */
import type { Ambient } from '../ambient.ts'
import type { Environment } from '../environment.ts'
import type { Alert, AlertSink } from '../limits/alerts.ts'

type Addresses = Pick<Environment, 'alertTopic' | 'alertBus'>

const eventSource = 'sluice'

const subjects: Readonly<Record<Alert['type'], string>> = {
  threshold: 'Sluice: a limit has reached its alert threshold',
  exhausted: 'Sluice: a limit is used up',
  reset: 'Sluice: a limit has been reset',
}

/** The log line is always written; an address that is not configured is left out. */
export function createAlertTopic({ alertTopic, alertBus }: Addresses, ambient: Pick<Ambient, 'log'>): AlertSink {
  return {
    async send(alert) {
      ambient.log({ level: alert.type === 'reset' ? 'info' : 'warn', message: subjects[alert.type], alert })
      const sends = [
        ...(alertTopic === undefined ? [] : [publish(alertTopic, alert)]),
        ...(alertBus === undefined ? [] : [putEvent(alertBus, alert)]),
      ]
      const failures = (await Promise.allSettled(sends)).filter((result) => result.status === 'rejected')
      for (const { reason } of failures)
        ambient.log({ level: 'error', message: 'an alert did not reach an address', reason: String(reason) })
      if (sends.length > 0 && failures.length === sends.length) throw failures[0]?.reason
    },
  }
}

async function publish(topicArn: string, alert: Alert): Promise<void> {
  const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns')
  const client = new SNSClient()
  const message = { TopicArn: topicArn, Subject: subjects[alert.type], Message: JSON.stringify(alert, null, 2) }
  await client.send(new PublishCommand(message)).finally(() => client.destroy())
}

async function putEvent(busName: string, alert: Alert): Promise<void> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge')
  const client = new EventBridgeClient()
  const entry = {
    EventBusName: busName,
    Source: eventSource,
    DetailType: `limit ${alert.type}`,
    Detail: JSON.stringify(alert),
  }
  const { FailedEntryCount, Entries } = await client
    .send(new PutEventsCommand({ Entries: [entry] }))
    .finally(() => client.destroy())
  if (FailedEntryCount) throw new Error(`the event bus refused: ${Entries?.[0]?.ErrorMessage}`)
}
