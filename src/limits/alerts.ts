/** Told once per window: the threshold is reached, the limit is used up. */
import { type Counter, type CounterAbout, type CounterMark, type CounterStore, isExhausted } from './counter.ts'

export interface Alert {
  readonly type: 'threshold' | 'exhausted' | 'reset'
  readonly counter: string
  readonly about: CounterAbout
  readonly spent: number
  readonly atMs: number
}

/** Where alerts go: audit, topic, event bus, webhook. Throws when none of them took it. */
export interface AlertSink {
  send(alert: Alert): Promise<void>
}

interface AlertPorts {
  readonly counters: Pick<CounterStore, 'mark' | 'unmark'>
  readonly alerts: AlertSink
  readonly nowMs: number
}

/** Safe to call with any counter at any time; a mark on the counter makes each alert once. */
export async function alertOnce(counter: Counter, ports: AlertPorts): Promise<void> {
  const { about, spent, marks } = counter
  if (about === undefined || about.nature === 'rate') return
  const due: Extract<CounterMark, Alert['type']>[] = []
  if (about.alertAt !== undefined && spent >= about.alertAt) due.push('threshold')
  if (isExhausted(about, counter)) due.push('exhausted')
  for (const type of due) {
    if (marks.has(type) || !(await ports.counters.mark(counter.key, type))) continue
    try {
      await ports.alerts.send({ type, counter: counter.key, about, spent, atMs: ports.nowMs })
    } catch (thrown) {
      await ports.counters.unmark(counter.key, type)
      throw thrown
    }
  }
}
