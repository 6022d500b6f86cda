/** Checks of what is stored: how far the ledger has come, holds and records without a request, secrets that nothing names. The same on AWS and on this machine. */
import { findOrphanedSecrets } from '../../src/admin/secret-sweep.ts'
import type { Ambient } from '../../src/ambient.ts'
import type { Environment } from '../../src/environment.ts'
import type { Counter } from '../../src/limits/counter.ts'
import type { Clients } from '../../src/store/clients.ts'
import { createLedgerProgress } from '../../src/store/counter-progress.ts'
import { createCounters } from '../../src/store/counters.ts'
import { createStore } from '../../src/store/index.ts'
import { type Check, type Finding, note, ok, problem } from './finding.ts'

export interface StoredDataOptions {
  readonly environment: Environment
  readonly clients: Clients
  readonly ambient: Ambient
  /** `npm run reconcile`, with the options that lead it to the same place. */
  readonly reconcileCommand: string
}

const minuteMs = 60_000
/** The marks that the ledger follows are written every five minutes. */
const lagProblemMinutes = 15
/** After the minute in which its request must be over; the windows job gives back what is left of holds. */
const holdProblemMinutes = 30
const overdueProblemMs = 30 * minuteMs
const mostNamed = 5

export function checkStoredData({
  environment,
  clients,
  ambient,
  reconcileCommand,
}: StoredDataOptions): Record<string, Check> {
  const store = createStore({ environment, clients, ambient })
  const table = { client: clients.dynamo, table: environment.countersTable, ambient }
  const counters = createCounters({ ...table, onceClient: clients.dynamoOnce })
  const progress = createLedgerProgress(table)
  return {
    ledger: async () => [describeLag(await progress.settledMinute(), ambient.now())],
    holds: async () => {
      const stale: string[] = []
      let looked = 0
      for await (const counter of counters.list('')) {
        looked++
        if (hasStaleHold(counter, ambient.now())) stale.push(counter.key)
      }
      if (stale.length === 0)
        return [ok('holds', `none of ${looked} counters holds anything for a request that is over`)]
      const remedy = `The windows job gives it back once the ledger has passed it: look at 'ledger' and 'schedule', then run '${reconcileCommand}'.`
      return [
        problem('holds', `${stale.length} counters hold amounts for requests that are over: ${named(stale)}`, remedy),
      ]
    },
    records: async () => {
      const overdue = await store.logs.listOverdue(ambient.now() - overdueProblemMs, 100, { isReadOnly: true })
      if (overdue.length === 0) return [ok('records', 'no record is open past its deadline')]
      const names = named(overdue.map(({ id }) => id))
      const remedy = "The windows job closes them: look at 'schedule' and at the log of the windows function."
      return [problem('records', `${overdue.length} records are open past their deadline: ${names}`, remedy)]
    },
    secrets: async () => {
      const orphans = await findOrphanedSecrets({ ...store, ambient, secretsPrefix: environment.secretsPrefix })
      if (orphans.length === 0) return [ok('secrets', 'every secret belongs to an integration, a guardrail or a key')]
      const remedy = 'The run at midnight UTC removes them; if they stay, look at the log of the windows function.'
      return [note('secrets', `${orphans.length} secrets belong to nothing: ${named(orphans)}`, remedy)]
    },
  }
}

function describeLag(settledMinute: number | undefined, nowMs: number): Finding {
  if (settledMinute === undefined) {
    const remedy =
      "It is after the first run of the schedule. If this stays, look at 'stream', 'schedule' and 'functions'."
    return note('ledger', 'has not yet settled a whole minute', remedy)
  }
  const minutes = Math.max(0, Math.floor(nowMs / minuteMs) - settledMinute)
  if (minutes <= lagProblemMinutes) return ok('ledger', `has settled everything up to ${minutes} minutes ago`)
  const remedy =
    "Limits stay safe and refuse early. Look at 'stream' and 'schedule', and at the log of the ledger function."
  return problem('ledger', `is ${minutes} minutes behind`, remedy)
}

function hasStaleHold({ buckets }: Counter, nowMs: number): boolean {
  const before = Math.floor(nowMs / minuteMs) - holdProblemMinutes
  return [...buckets].some(([minute, held]) => held > 0 && minute < before)
}

function named(names: readonly string[]): string {
  const more = names.length - mostNamed
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
