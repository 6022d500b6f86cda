/** The load generator, a process of its own: open loop (constant arrivals) and closed loop over keep-alive connections. */
import http, { type RequestOptions } from 'node:http'
import { flawOf } from './script.ts'
import { percentile } from './statistics.ts'

export interface Job {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isStream: boolean
  /** `open`: this many requests per second, whatever comes back. `closed`: this many at once. */
  readonly loop:
    | { readonly type: 'open'; readonly perSecond: number }
    | { readonly type: 'closed'; readonly connections: number }
  readonly durationMs: number
}

export interface Latency {
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
}

export interface LoadResult {
  readonly requests: number
  readonly perSecond: number
  readonly total: Latency
  /** To the first byte of the body. */
  readonly firstByte: Latency
  readonly failed: number
  readonly firstFlaw?: string
  /** How late the generator itself sent, open loop only: above a few ms the generator was the bottleneck. */
  readonly sentLateP99Ms: number
}

class Run {
  readonly totals: number[] = []
  readonly firstBytes: number[] = []
  readonly late: number[] = []
  failed = 0
  firstFlaw: string | undefined
  readonly #job: Job
  readonly #agent: http.Agent
  readonly #options: RequestOptions

  constructor(job: Job) {
    this.#job = job
    const { hostname, port, pathname } = new URL(job.url)
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: 512, scheduling: 'lifo' })
    const headers = {
      ...job.headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(job.body),
    }
    this.#options = { hostname, port, path: pathname, method: 'POST', agent: this.#agent, headers, timeout: 10_000 }
  }

  once(): Promise<void> {
    return new Promise((resolve) => {
      const startedAtMs = performance.now()
      const fail = (flaw: string) => {
        this.failed += 1
        this.firstFlaw ??= flaw
        resolve()
      }
      const request = http.request(this.#options, (response) => {
        let body = ''
        let firstByteMs: number | undefined
        response.setEncoding('utf8')
        response.on('data', (text: string) => {
          firstByteMs ??= performance.now() - startedAtMs
          body += text
        })
        response.on('error', (error) => fail(error.message))
        response.on('end', () => {
          const totalMs = performance.now() - startedAtMs
          const flaw =
            response.statusCode === 200 ? this.#flawOf(body) : `status ${response.statusCode}: ${body.slice(0, 200)}`
          if (flaw !== undefined) return fail(flaw)
          this.totals.push(totalMs)
          this.firstBytes.push(firstByteMs ?? totalMs)
          resolve()
        })
      })
      request.on('timeout', () => request.destroy(new Error('no byte for 10 s')))
      request.on('error', (error) => fail(error.message))
      request.end(this.#job.body)
    })
  }

  #flawOf(body: string): string | undefined {
    try {
      return flawOf(body, this.#job.isStream)
    } catch (error) {
      return String(error)
    }
  }

  async open(perSecond: number): Promise<void> {
    const startedAtMs = performance.now()
    const count = Math.ceil((perSecond * this.#job.durationMs) / 1000)
    const pending: Promise<void>[] = []
    for (let at = 0; at < count; at++) {
      const dueMs = (at * 1000) / perSecond
      const waitMs = startedAtMs + dueMs - performance.now()
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
      this.late.push(Math.max(0, performance.now() - startedAtMs - dueMs))
      pending.push(this.once())
    }
    await Promise.all(pending)
  }

  async closed(connections: number): Promise<void> {
    const endsAtMs = performance.now() + this.#job.durationMs
    const worker = async () => {
      while (performance.now() < endsAtMs) await this.once()
    }
    await Promise.all(Array.from({ length: connections }, worker))
  }

  close(): void {
    this.#agent.destroy()
  }
}

async function run(job: Job): Promise<LoadResult> {
  const running = new Run(job)
  const startedAtMs = performance.now()
  await (job.loop.type === 'open' ? running.open(job.loop.perSecond) : running.closed(job.loop.connections))
  const seconds = (performance.now() - startedAtMs) / 1000
  running.close()
  const requests = running.totals.length
  return {
    requests,
    perSecond: requests / seconds,
    total: latency(running.totals),
    firstByte: latency(running.firstBytes),
    failed: running.failed,
    ...(running.firstFlaw === undefined ? {} : { firstFlaw: running.firstFlaw }),
    sentLateP99Ms: percentile(running.late, 0.99),
  }
}

function latency(values: readonly number[]): Latency {
  return { p50Ms: percentile(values, 0.5), p90Ms: percentile(values, 0.9), p99Ms: percentile(values, 0.99) }
}

if (process.send !== undefined) {
  process.on('message', (job: Job) => void run(job).then((result) => process.send?.(result)))
  process.on('disconnect', () => process.exit(0))
}
