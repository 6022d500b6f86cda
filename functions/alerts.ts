/** Where alerts go: kept for the audit and told to the topic and the event bus. For the functions that raise them. */
import type { AlertSink } from '../src/limits/alerts.ts'
import { createAlertSink } from '../src/store/alert-sinks.ts'
import { createAlertTopic } from '../src/store/alert-topic.ts'
import type { FunctionContext } from './wiring.ts'

export function openAlerts({ environment, clients, ambient, store }: FunctionContext): AlertSink {
  return createAlertSink({
    client: clients.dynamo,
    table: environment.countersTable,
    apiKeys: store.apiKeys,
    deliver: createAlertTopic(environment, ambient),
  })
}
