/** A clock that only moves when a test says so. */
import { randomUUID } from 'node:crypto'
import type { Ambient, LogLine } from '../../src/ambient.ts'

export interface ManualAmbient extends Ambient {
  /** Moves the clock and runs what has become due, in order. */
  advance(ms: number): void
  readonly lines: readonly LogLine[]
}

export function manualAmbient(startMs = Date.UTC(2026, 0, 15)): ManualAmbient {
  let nowMs = startMs
  let count = 0
  const due = new Map<number, { readonly atMs: number; readonly callback: () => void }>()
  const lines: LogLine[] = []
  return {
    lines,
    now: () => nowMs,
    random: () => 0.5,
    newId: () => randomUUID(),
    schedule(delayMs, callback) {
      count += 1
      const id = count
      due.set(id, { atMs: nowMs + delayMs, callback })
      return () => void due.delete(id)
    },
    log: (line) => void lines.push(line),
    advance(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const next = [...due.entries()]
          .filter(([, timer]) => timer.atMs <= untilMs)
          .sort((a, b) => a[1].atMs - b[1].atMs || a[0] - b[0])[0]
        if (next === undefined) break
        due.delete(next[0])
        nowMs = Math.max(nowMs, next[1].atMs)
        next[1].callback()
      }
      nowMs = untilMs
    },
  }
}
