/** Tells alerts to whoever listens: the operators' log, the notification topic, the event bus. */
import type { Ambient } from '../ambient.ts'
import type { Alert, AlertSink } from '../limits/alerts.ts'
import { type Addresses, announce } from './announce.ts'

const subjects: Readonly<Record<Alert['type'], string>> = {
  threshold: 'Sluice: a limit has reached its alert threshold',
  exhausted: 'Sluice: a limit is used up',
  reset: 'Sluice: a limit has been reset',
}

/** The log line is always written; an address that is not configured is left out. */
export function createAlertTopic(addresses: Addresses, ambient: Pick<Ambient, 'log'>): AlertSink {
  return {
    send: (alert) =>
      announce(
        {
          level: alert.type === 'reset' ? 'info' : 'warn',
          subject: subjects[alert.type],
          detailType: `limit ${alert.type}`,
          name: 'alert',
          content: alert,
        },
        addresses,
        ambient,
      ),
  }
}
