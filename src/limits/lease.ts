/** Requests in flight: a lease for each, counted on one counter, that ends with the request or, when its instance is lost, with its deadline. */
import type { Ambient } from '../ambient.ts'
import { GatewayError } from '../errors.ts'
import type { Counter, CounterStore, Take } from './counter.ts'
import type { LimitOwner } from './limit.ts'
import { ownerText, uncertainError } from './refusal.ts'
import { dayMs, minuteMs, minuteOf } from './window.ts'

export interface LeaseRequest {
  readonly owner: LimitOwner
  /** Requests that may be in flight at once. */
  readonly most: number
  readonly nowMs: number
  /** When the request must be over. */
  readonly deadlineAtMs: number
}

export interface Lease {
  /** The request is over. Never rejects: a lease that could not be given back ends with its deadline. */
  release(): Promise<void>
}

interface LeasePorts {
  readonly counters: Pick<CounterStore, 'take' | 'giveBack' | 'reclaim'>
  readonly ambient: Pick<Ambient, 'log'>
}

/** Clocks of instances differ by less. */
const skewMs = 10_000
const retryAfterMs = 1_000

/** Throws `concurrency_exceeded` where as many are in flight already, `limit_busy` (503) where the counter did not answer. */
export async function takeLease(request: LeaseRequest, ports: LeasePorts): Promise<Lease> {
  const take = takeOf(request)
  let result = await ports.counters.take(take)
  if (result.type === 'refused' && result.counter && (await dropExpired(result.counter, request.nowMs, ports)))
    result = await ports.counters.take(take)
  if (result.type === 'unknown') throw uncertainError(result.cause)
  if (result.type === 'refused') throw exceeded(request, result.counter)
  const { key, minute = 0 } = take
  return {
    async release() {
      try {
        await ports.counters.giveBack({ key, amount: 1, minute })
      } catch (thrown) {
        const message = 'a request in flight was not counted back; its lease ends with its deadline'
        ports.ambient.log({ level: 'warn', message, reason: String(thrown) })
      }
    },
  }
}

function takeOf({ owner, most, nowMs, deadlineAtMs }: LeaseRequest): Take & { readonly minute: number } {
  return {
    key: `in-flight/${owner.kind}/${encodeURIComponent(owner.id)}/all`,
    ask: 1,
    ceiling: most,
    minute: minuteOf(deadlineAtMs),
    about: { owner, nature: 'rate', resource: 'requests', amount: most, startMs: 0 },
    expiresAtMs: nowMs + 2 * dayMs,
  }
}

/** Leases whose request must be over. True = there were some, or somebody else dropped them just now. */
async function dropExpired(counter: Counter, nowMs: number, { counters }: LeasePorts): Promise<boolean> {
  const floor = minuteOf(nowMs - skewMs - minuteMs)
  const minutes = [...counter.buckets.keys()].filter((minute) => minute <= floor)
  if (!minutes.some((minute) => (counter.buckets.get(minute) ?? 0) > 0)) return false
  await counters.reclaim({ counter, minutes, floor: Math.max(counter.floor ?? 0, floor), forget: [] })
  return true
}

function exceeded({ owner, most }: LeaseRequest, counter: Counter | undefined): GatewayError {
  return new GatewayError(
    'concurrency_exceeded',
    `${ownerText(owner)} has ${counter?.used ?? most} requests in flight, and max_concurrent_requests is ${most}; try again when one of them has ended`,
    { retryAfterMs, limit: ownerText(owner) },
  )
}
