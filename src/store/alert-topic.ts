/** Tells alerts to whoever listens: the operators' log, the notification topic, the event bus. */
import type { Ambient } from '../ambient.ts'
import type { Alert } from '../limits/alerts.ts'
import { alertText } from './alert-text.ts'
import { type Addresses, type AddressName, announce } from './announce.ts'

/** An alert sink that can leave out the addresses that have it already. */
export interface AlertDelivery {
  send(alert: Alert, only?: readonly AddressName[]): Promise<void>
}

const subjects: Readonly<Record<Alert['type'], string>> = {
  threshold: 'Sluice: a limit has reached its alert threshold',
  exhausted: 'Sluice: a limit is used up',
  reset: 'Sluice: a limit has been reset',
}

/** The log line is always written; an address that is not configured is left out. */
export function createAlertTopic(addresses: Addresses, ambient: Pick<Ambient, 'log'>): AlertDelivery {
  return {
    send: (alert, only) =>
      announce(
        {
          level: alert.type === 'reset' ? 'info' : 'warn',
          subject: subjects[alert.type],
          detailType: `limit ${alert.type}`,
          text: alertText(alert),
          name: 'alert',
          content: alert,
        },
        addresses,
        { ambient, only },
      ),
  }
}
