/** Limit alerts of a local run: a line in the console, and a webhook if one is named. */
import http from 'node:http'
import https from 'node:https'
import type { Ambient } from '../ambient.ts'
import type { Alert, AlertSink } from '../limits/alerts.ts'

export function createLocalAlerts(options: {
  readonly webhook: string | undefined
  readonly ambient: Pick<Ambient, 'log'>
}): AlertSink {
  return {
    async send(alert) {
      options.ambient.log({ ...alert, level: 'warn', message: `limit alert: ${alert.type}` })
      if (options.webhook !== undefined) await post(new URL(options.webhook), alert)
    },
  }
}

function post(url: URL, alert: Alert): Promise<void> {
  const body = JSON.stringify(alert)
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'http:' ? http : https).request(
      url,
      {
        method: 'POST',
        timeout: 10_000,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.resume()
        const status = response.statusCode ?? 0
        if (status >= 200 && status < 300) resolve()
        else reject(new Error(`the alert webhook answered ${status}`))
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error('the alert webhook did not answer')))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
