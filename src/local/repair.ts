/** What a killed program left behind, put right before the next one listens: nobody else uses the database, so nothing is in flight. */
import type { Ambient } from '../ambient.ts'
import type { Counter, CounterStore } from '../limits/counter.ts'
import { createInterruptedCharges, type InterruptedChargesPorts } from '../limits/interrupted-charges.ts'
import { interruptedLog, type SweepPorts } from '../limits/sweep.ts'
import { minuteOf } from '../limits/window.ts'
import type { StreamTail } from './stream-tail.ts'

export interface RepairPorts {
  readonly ambient: Pick<Ambient, 'now' | 'log'>
  readonly logs: SweepPorts['logs']
  readonly counters: Pick<CounterStore, 'list' | 'read' | 'reclaim'>
  readonly progress: InterruptedChargesPorts['progress']
  readonly tail: Pick<StreamTail, 'drain'>
}

const pageSize = 100
/** Later than any deadline. */
const everMs = 8_000_000_000_000

export interface Repair {
  /** Open records, closed as interrupted. */
  readonly closed: number
  /** Counters that got holds back. */
  readonly reclaimed: number
}

/** First what is closed is settled, then every open record is closed and settled; what is held after that belongs to nobody. */
export async function repairAfterKill(ports: RepairPorts): Promise<Repair> {
  await ports.tail.drain()
  const closed = await closeOpen(ports)
  await ports.tail.drain()
  let reclaimed = 0
  for await (const counter of ports.counters.list('')) if (await giveAllBack(counter, ports)) reclaimed++
  if (closed + reclaimed > 0)
    ports.ambient.log({
      level: 'info',
      message: 'requests that a former run left open were closed, and their holds given back',
      closed,
      reclaimed,
    })
  return { closed, reclaimed }
}

async function closeOpen({ logs, ambient, ...ports }: RepairPorts): Promise<number> {
  const charges = createInterruptedCharges({ logs, ...ports })
  let closed = 0
  for (;;) {
    const open = await logs.listOverdue(everMs, pageSize)
    const lost = await charges.charge(open)
    const outcomes = await Promise.all(lost.map((log) => logs.close(interruptedLog(log, ambient.now()))))
    const closedNow = outcomes.filter((wasOpen) => wasOpen).length
    closed += closedNow
    if (closedNow === 0) return closed
  }
}

async function giveAllBack(counter: Counter, { counters, ambient }: RepairPorts): Promise<boolean> {
  const minutes = [...counter.buckets.keys()]
  if (minutes.length === 0) return false
  const heldAny = minutes.some((minute) => (counter.buckets.get(minute) ?? 0) > 0)
  const floor = Math.max(counter.floor ?? Number.NEGATIVE_INFINITY, minuteOf(ambient.now()) - 1)
  return (await counters.reclaim({ counter, minutes, floor, forget: [] })) && heldAny
}
