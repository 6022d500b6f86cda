/** The hidden inputs of the program as one object, so that a test can hold the clock, the dice and the log in its hand. */
import { randomUUID } from 'node:crypto'

export type LogLevel = 'info' | 'warn' | 'error'

/** One structured line for operators. Never holds a credential or a body. */
export interface LogLine {
  readonly level: LogLevel
  readonly message: string
  readonly [fact: string]: unknown
}

export interface Ambient {
  /** Epoch milliseconds. */
  now(): number
  /** In [0, 1). */
  random(): number
  /** A new UUID. */
  newId(): string
  /** Calls back once after `delayMs`; the returned function cancels. The only timer in the program. */
  schedule(delayMs: number, callback: () => void): () => void
  log(line: LogLine): void
}

/** The real clock, dice and standard error. `write` receives each finished line. */
export function systemAmbient(write: (line: string) => void = (line) => process.stderr.write(`${line}\n`)): Ambient {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    newId: () => randomUUID(),
    schedule(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
    log: (line) => write(JSON.stringify({ time: new Date().toISOString(), ...line })),
  }
}
