/** The books of a running program: what its counters say, what its records say, and a bounded wait until they are at rest. */
import { setTimeout as wait } from 'node:timers/promises'
import { chargesOf } from '../../src/limits/charge.ts'
import { type Counter, heldOf } from '../../src/limits/counter.ts'
import type { Program } from '../../src/local/program.ts'
import type { ClosedLog } from '../../src/records/log.ts'
import { listClosedLogs } from '../../src/store/counter-stream.ts'
import { createCounters } from '../../src/store/counters.ts'

export interface LedgerState {
  readonly spent: number
  readonly held: number
  /** The same counter by its closed records. */
  readonly logged: number
  readonly counters: readonly Counter[]
  readonly logs: readonly ClosedLog[]
  /** Records that are not closed yet. */
  readonly open: number
}

type Read = Pick<Program, 'clients' | 'environment'> & {
  readonly store: Pick<Program['store'], 'logs'>
  readonly gateway: Pick<Program['gateway'], 'ambient'>
}

/** Of the counters whose key starts so. */
export async function readLedgerState(
  { clients, environment, store, gateway }: Read,
  prefix: string,
): Promise<LedgerState> {
  const table = environment.countersTable
  const counterStore = createCounters({
    client: clients.dynamo,
    onceClient: clients.dynamoOnce,
    table,
    ambient: gateway.ambient,
  })
  const counters: Counter[] = []
  for await (const counter of counterStore.list(prefix)) counters.push(counter)
  const logs: ClosedLog[] = []
  for await (const log of listClosedLogs({ client: clients.dynamo, table: environment.logsTable })) logs.push(log)
  const charges = logs.flatMap((log) => chargesOf(log)).filter((charge) => charge.counter.startsWith(prefix))
  return {
    spent: sum(counters.map((counter) => counter.spent)),
    held: sum(counters.map(heldOf)),
    logged: sum(charges.map((charge) => charge.amount)),
    counters,
    logs,
    open: (await store.logs.listOverdue(8_000_000_000_000, 1_000)).length,
  }
}

/** Until there are so many records, nothing is open, nothing is held, and the counters say what the records say. */
export function settledLedger(
  program: Read,
  prefix: string,
  records: RecordsWanted = noneWanted,
): Promise<LedgerState> {
  const recordsOf = ({ logs }: LedgerState) => logs.filter((log) => log.apiKeyId === records.apiKeyId).length
  return until(
    () => readLedgerState(program, prefix),
    (books) =>
      books.open === 0 && books.held === 0 && books.spent === books.logged && recordsOf(books) >= records.count,
    (books) =>
      `open ${books.open}, held ${books.held}, spent ${books.spent}, by the records ${books.logged}, records ${recordsOf(books)}`,
  )
}

/** A record is closed after its client has the answer, so a test that counts them says how many to wait for. */
interface RecordsWanted {
  readonly apiKeyId: string
  readonly count: number
}

const noneWanted: RecordsWanted = { apiKeyId: '', count: 0 }

const mostMs = 20_000
const everyMs = 20

/** Reads again until it is as wanted; throws with what was read last. */
export async function until<T>(
  read: () => Promise<T> | T,
  isWanted: (value: T) => boolean,
  describe: (value: T) => string = (value) => JSON.stringify(value),
): Promise<T> {
  const giveUpAtMs = Date.now() + mostMs
  for (;;) {
    const value = await read()
    if (isWanted(value)) return value
    if (Date.now() > giveUpAtMs) throw new Error(`it did not come about within ${mostMs} ms: ${describe(value)}`)
    await wait(everyMs)
  }
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
