/** What the gate needs from outside. */
import type { Ambient } from '../ambient.ts'
import type { CounterStore, LedgerProgress } from './counter.ts'
import type { SpreadOptions } from './spread.ts'

export interface GatePorts {
  readonly ambient: Pick<Ambient, 'now' | 'log' | 'random'>
  readonly counters: CounterStore
  readonly progress: LedgerProgress
  /** When counters are spread; absent = as DynamoDB needs it. */
  readonly spread?: SpreadOptions
}
