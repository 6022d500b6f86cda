/** Limit alerts and notices about keys of a local run: a line in the console, and a webhook if one is named. */
import http from 'node:http'
import https from 'node:https'
import type { Ambient } from '../ambient.ts'
import type { KeyNoticeSink } from '../identity/key-notices.ts'
import type { AlertSink } from '../limits/alerts.ts'

interface Listeners {
  readonly webhook: string | undefined
  readonly ambient: Pick<Ambient, 'log'>
}

export function createLocalAlerts({ webhook, ambient }: Listeners): AlertSink {
  return {
    async send(alert) {
      ambient.log({ ...alert, level: 'warn', message: `limit alert: ${alert.type}` })
      if (webhook !== undefined) await post(new URL(webhook), alert)
    },
  }
}

export function createLocalKeyNotices({ webhook, ambient }: Listeners): KeyNoticeSink {
  return {
    async send(notice) {
      ambient.log({ ...notice, level: 'warn', message: `api key notice: ${notice.type}` })
      if (webhook !== undefined) await post(new URL(webhook), notice)
    },
  }
}

function post(url: URL, content: object): Promise<void> {
  const body = JSON.stringify(content)
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
