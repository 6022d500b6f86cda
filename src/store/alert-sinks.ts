/** What every alert goes through before it is delivered: it learns its recipients and leaves an audit record. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { ApiKeyStore } from '../admin/ports.ts'
import type { Alert, AlertSink } from '../limits/alerts.ts'
import type { AlertDelivery } from './alert-topic.ts'
import { json, number } from './attributes.ts'
import { counterKeys } from './keys.ts'
import { keepAndDeliver } from './notice-delivery.ts'

interface AlertSinkOptions {
  readonly client: DynamoDBClient
  /** The counters table. */
  readonly table: string
  readonly apiKeys: Pick<ApiKeyStore, 'read'>
  /** Where the alert is told. */
  readonly deliver: AlertDelivery
}

export interface AddressedAlert extends Alert {
  /** The owner's `alert_emails`. */
  readonly alertEmails: readonly string[]
}

const keptMs = 400 * 86_400_000

/** A delivery that fails throws, so that the alert comes again; the audit record is written once all the same. */
export function createAlertSink({ client, table, apiKeys, deliver }: AlertSinkOptions): AlertSink {
  return {
    async send(alert) {
      const addressed: AddressedAlert = { ...alert, alertEmails: await emailsOf(alert, apiKeys) }
      const key = counterKeys.alert(alert.about.owner, alert.counter, alert.type)
      const attributes = {
        alert: json(addressed),
        expires: number(Math.ceil((alert.atMs + keptMs) / 1000)),
      }
      await keepAndDeliver({ client, table, key, attributes, deliver: (only) => deliver.send(addressed, only) })
    },
  }
}

async function emailsOf({ about }: Alert, apiKeys: Pick<ApiKeyStore, 'read'>): Promise<readonly string[]> {
  if (about.owner.kind !== 'api_key') return []
  return (await apiKeys.read(about.owner.id))?.document.alertEmails ?? []
}
