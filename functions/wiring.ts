/** What every function is built on: the environment, the clock, the AWS clients, the stores and the counters. */
import { type Ambient, systemAmbient } from '../src/ambient.ts'
import { type Environment, readEnvironment } from '../src/environment.ts'
import type { CounterStore, LedgerProgress } from '../src/limits/counter.ts'
import { type Clients, createClients } from '../src/store/clients.ts'
import { createLedgerProgress } from '../src/store/counter-progress.ts'
import { createCounters } from '../src/store/counters.ts'
import { createStore, type Store } from '../src/store/index.ts'

export interface FunctionContext {
  readonly environment: Environment
  readonly ambient: Ambient
  readonly clients: Clients
  readonly store: Store
  readonly counters: CounterStore
  readonly progress: LedgerProgress
}

/** Once per instance, before its first event. Nothing is sent yet. */
export function createFunctionContext(): FunctionContext {
  const environment = readEnvironment(process.env)
  const ambient = systemAmbient()
  const clients = createClients()
  const countersTable = { client: clients.dynamo, table: environment.countersTable, ambient }
  const store = createStore({ environment, clients, ambient })
  return {
    environment,
    ambient,
    clients,
    store,
    counters: createCounters({ ...countersTable, onceClient: clients.dynamoOnce }),
    progress: createLedgerProgress(countersTable),
  }
}
