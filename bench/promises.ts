/** How many promises a whole gateway makes for one request: each is work for the collector and a turn of the microtask queue. */
import { fileURLToPath } from 'node:url'
import { loadCore, type Started, startNode, stop, waitForOutput } from './processes.ts'
import { flawOf, requestBody } from './script.ts'
import { sluice } from './subjects.ts'

const counter = fileURLToPath(new URL('./count-promises.ts', import.meta.url))
const atOnce = { delayMs: 0, gapMs: 0 }

export interface PromiseCount {
  readonly kind: 'json' | 'sse'
  readonly requests: number
  /** Per request, whole process, what runs after the answer included. */
  readonly promises: number
}

/** One request after the other, on a gateway that is warm. */
export async function countPromises(requests: number): Promise<readonly PromiseCount[]> {
  const upstream = startNode([fileURLToPath(new URL('./mock-upstream.ts', import.meta.url))], {
    core: loadCore,
    hasChannel: true,
  })
  const { port } = await new Promise<{ port: number }>((resolve) => upstream.child.once('message', resolve))
  const gateway = await sluice(`http://127.0.0.1:${port}`, [atOnce], { nodeArgs: ['--import', counter] })
  try {
    let told = 0
    const read = async () => {
      told += 1
      process.kill(gateway.pid ?? 0, 'SIGUSR2')
      const [, made] = await waitForOutput(gateway.started as Started, new RegExp(`promises ${told}: (\\d+)`))
      return Number(made)
    }
    const counts: PromiseCount[] = []
    for (const kind of ['json', 'sse'] as const) {
      const send = async () => {
        const body = requestBody(gateway.model(atOnce), kind === 'sse')
        const headers = { ...gateway.headers(atOnce), 'content-type': 'application/json' }
        const response = await fetch(gateway.url(atOnce), { method: 'POST', headers, body })
        const flaw = flawOf(await response.text(), kind === 'sse')
        if (flaw !== undefined) throw new Error(flaw)
      }
      for (let sent = 0; sent < 200; sent++) await send()
      const before = await read()
      for (let sent = 0; sent < requests; sent++) await send()
      counts.push({ kind, requests, promises: ((await read()) - before) / requests })
    }
    return counts
  } finally {
    await gateway.stop()
    await stop(upstream)
  }
}
