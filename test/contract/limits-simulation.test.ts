/** The limits' invariants under random schedules: in memory by the hundred, on the embedded engine by the dozen, and with planted faults. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTables } from '../../src/local/create-tables.ts'
import { type Engine, startEngine } from '../../src/local/engine.ts'
import { createClients } from '../../src/store/clients.ts'
import { createCounters } from '../../src/store/counters.ts'
import { createCounterTwin } from '../simulate/counter-twin.ts'
import { type Mutation, mutations } from '../simulate/mutations.ts'
import { simulate } from '../simulate/simulate.ts'
import { overridesOf } from '../support/engine.ts'

const firstSeed = Number(process.env.SIMULATE_SEED ?? 1)

describe('limits under random schedules', () => {
  it('keep every invariant in memory', async () => {
    const total = { admitted: 0, refused: 0 }
    for (let seed = firstSeed; seed < firstSeed + 300; seed++) {
      const report = await withSeed(seed, () => simulate({ seed, counters: createCounterTwin() }))
      total.admitted += report.admitted
      total.refused += report.refused
    }
    expect(total.admitted).toBeGreaterThan(500)
    expect(total.refused).toBeGreaterThan(500)
  })

  it.each(Object.entries<Mutation>(mutations))('are broken by the planted fault %s', async (_name, mutation) => {
    const found: string[] = []
    for (let seed = 1; seed <= 2_000 && found.length === 0; seed++)
      await simulate({ seed, counters: createCounterTwin(), mutation, checkEvery: 4 }).catch((thrown) =>
        found.push(String(thrown)),
      )
    expect(found).toEqual([expect.stringMatching(/L[1-6]:/)])
  })
})

describe('limits under random schedules on the embedded engine', () => {
  let engine: Engine
  let clients: ReturnType<typeof createClients>
  beforeAll(async () => {
    engine = await startEngine({ variables: process.env })
    clients = createClients(overridesOf(engine))
  })
  afterAll(async () => {
    clients.destroy()
    await engine.stop()
  })

  it('keep every invariant', async () => {
    const replay = async (seed: number) => {
      const table = `counters-${seed}`
      let ids = 0
      const ambient = { newId: () => `${seed}-${ids++}` }
      const counters = createCounters({ client: clients.dynamo, onceClient: clients.dynamoOnce, table, ambient })
      await withSeed(seed, () => simulate({ seed, counters, events: 200, checkEvery: 10 }))
    }
    const seeds = Array.from({ length: 8 }, (_, at) => firstSeed + at)
    for (const seed of seeds)
      await createTables(clients.dynamo, {
        catalogTable: 'catalog',
        countersTable: `counters-${seed}`,
        logsTable: 'logs',
      })
    await Promise.all(seeds.map(replay))
  })
})

/** The seed replays the schedule: `node test/simulate/run.ts --runs 1 --seed N`. */
async function withSeed<T>(seed: number, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (thrown) {
    throw new Error(`seed ${seed}: ${String(thrown)}`, { cause: thrown })
  }
}
