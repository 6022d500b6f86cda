/** A limit in its current window, ready to be taken from: key, ceiling, lifetime. */
import { amountOf } from './amounts.ts'
import { BoundedMap } from './bounded-map.ts'
import type { Counter, CounterAbout, CounterStore, Take } from './counter.ts'
import type { Estimate, Hold } from './gate.ts'
import { counterKey, type Limit } from './limit.ts'
import { carriedOver } from './rates.ts'
import { readRootAndSlices } from './spread.ts'
import type { Spreader } from './spreader.ts'
import { dayMs, minuteOf, previousWindow, type Window, windowAt } from './window.ts'

export interface Slot {
  readonly limit: Limit
  readonly window: Window
  readonly key: string
  /** Rates: the count of the window before. */
  readonly previous: number
  /** What `used` may reach. */
  readonly ceiling: number
}

export interface CallTimes {
  readonly nowMs: number
  readonly deadlineAtMs: number
}

/** Closed windows are kept this long for settlement, archiving and reconciliation. */
const usageKeptMs = 35 * dayMs
const rateKeptMs = 2 * dayMs

/** Opens slots. The counts of closed windows are remembered for a while, so that most slots need no read. */
export function slotOpener(
  counters: Pick<CounterStore, 'read'>,
  spreader: Pick<Spreader, 'choose'>,
): (limit: Limit, nowMs: number) => Promise<Slot> {
  const remembered = new BoundedMap<{ readonly count: number; readonly untilMs: number }>(mostRemembered)
  const countOf = async (key: string, nowMs: number) => {
    const known = remembered.get(key)
    if (known && known.untilMs > nowMs) return known.count
    const count = (await readRootAndSlices(key, counters))?.used ?? 0
    remembered.set(key, { count, untilMs: nowMs + rememberedMs })
    return count
  }
  return async (limit, nowMs) => {
    const window = windowAt(limit.rule, nowMs)
    const before = limit.nature === 'rate' ? previousWindow(limit.rule, window) : undefined
    const previous = before === undefined ? 0 : await countOf(counterKey(limit, before), nowMs)
    const ceiling = limit.amount - carriedOver(previous, window, nowMs)
    return { limit, window, key: spreader.choose(counterKey(limit, window), nowMs), previous, ceiling }
  }
}

/** Token rates of a closed window still settle for a while. */
const rememberedMs = 2_000
const mostRemembered = 2_000

/** The hold on this slot for a call with this cap on its output. */
export function holdOf(
  slot: Slot,
  call: CallTimes & { readonly estimate: Estimate | undefined; readonly cap: number },
): Hold {
  const { limit, key } = slot
  const hold = { counter: key, resource: limit.resource, amount: amountOf(limit, call.estimate, call.cap) }
  return isFinal(limit) ? hold : { ...hold, minute: minuteOf(call.deadlineAtMs) }
}

export function takeOf(slot: Slot, hold: Hold): Take {
  const { limit, window, key, ceiling } = slot
  const keptMs = limit.nature === 'usage' ? usageKeptMs : rateKeptMs
  return {
    key,
    ask: hold.amount,
    ceiling,
    ...(hold.minute === undefined ? {} : { minute: hold.minute }),
    about: aboutOf(limit, window),
    ...(window.endMs === undefined ? {} : { expiresAtMs: window.endMs + keptMs }),
  }
}

/** How much more fits. */
export function roomOf(slot: Slot, counter: Counter | undefined): number {
  return slot.ceiling - (counter?.used ?? 0)
}

/** Counted before the call, for good: there is nothing to settle. */
function isFinal(limit: Limit): boolean {
  return limit.nature === 'rate' && limit.resource === 'requests'
}

function aboutOf(limit: Limit, window: Window): CounterAbout {
  return {
    owner: limit.owner,
    nature: limit.nature,
    resource: limit.resource,
    amount: limit.amount,
    ...(limit.alertAt === undefined ? {} : { alertAt: limit.alertAt }),
    startMs: window.startMs,
    ...(window.endMs === undefined ? {} : { endMs: window.endMs }),
  }
}
