/** Writes and reads of a request, counted from the capacity that the engine says each call consumed: `node bench/limits/capacity.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { billedModel, startBillingUpstream } from '../../test/support/billing-upstream.ts'
import { settledLedger } from '../../test/support/ledger-state.ts'
import { seededRandom } from '../../test/support/seeded-random.ts'
import { type Sluice, startSluice } from '../../test/support/sluice.ts'

const requests = 200
const atOnce = 8
/** A sweep reads each opening once (550 of the 4,096 bytes of a unit) and looks whether its record is there (an eventually consistent read of up to 4 KB). */
const sweepReads = 0.64
/** On demand, us-east-1: dollars per million units. */
const dollarsPerMillion = { write: 0.625, read: 0.125 }

interface Case {
  readonly name: string
  readonly settings: Record<string, unknown>
  /** The record of a chat with a short text, or a body of this many bytes. */
  readonly bodyBytes: number
}

const budget = { usage_limits: { credit_limit: 1_000 } }
const cases: readonly Case[] = [
  { name: 'no limit', settings: {}, bodyBytes: 200 },
  { name: 'a budget', settings: budget, bodyBytes: 200 },
  {
    name: 'a budget, requests and tokens per minute',
    settings: {
      ...budget,
      rate_limits: [
        { type: 'requests', unit: 'rpm', value: 100_000 },
        { type: 'tokens', unit: 'rpm', value: 100_000_000 },
      ],
    },
    bodyBytes: 200,
  },
  { name: 'a budget, a body of 8 KB', settings: budget, bodyBytes: 8_000 },
]

/** `table operation` → calls and units; an index apart from its table. */
type Tally = Map<string, { calls: number; units: number }>

/** Everything that the tables are asked, transactions and other groups included. */
function countCapacity({ running }: Sluice, tally: () => Tally): void {
  const { embedded } = running.engine
  if (embedded === undefined) throw new Error('capacity is counted by the embedded engine; unset DYNAMODB_ENDPOINT')
  embedded.onConsumed((operation, all) => {
    for (const { TableName: table = '', Table, CapacityUnits = 0, GlobalSecondaryIndexes: indexes = {} } of all) {
      add(tally(), `${table} ${operation}`, Table?.CapacityUnits ?? CapacityUnits)
      for (const [index, used] of Object.entries(indexes))
        add(tally(), `${table}/${index} ${operation}`, used.CapacityUnits ?? 0)
    }
  })
}

function add(tally: Tally, name: string, units: number): void {
  const before = tally.get(name) ?? { calls: 0, units: 0 }
  tally.set(name, { calls: before.calls + 1, units: before.units + units })
}

async function measure(sluice: Sluice, each: Case, use: (tally: Tally) => void) {
  const { secret } = await sluice.client.makeKey(each.settings)
  const ask = async () => {
    const body = {
      model: `@sim/${billedModel}`,
      max_tokens: 50,
      messages: [{ role: 'user', content: 'x'.repeat(each.bodyBytes) }],
    }
    const response = await sluice.post('/v1/chat/completions', body, { authorization: `Bearer ${secret}` })
    await response.text()
    if (response.status !== 200) throw new Error(`answered ${response.status}`)
  }
  const many = async (count: number) => {
    let left = count
    const worker = async () => {
      while (left-- > 0) await ask()
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    await settledLedger(sluice.running.program, 'api_key/')
  }
  await many(20)
  const tally: Tally = new Map()
  use(tally)
  await many(requests)
  use(new Map())
  const rows = [...tally]
    // what is scheduled and reported reads by pages and batches; a request does not
    .filter(([name]) => !/Scan|Query|BatchGet/.test(name))
    .map(([name, { calls, units }]) => ({ name, calls: calls / requests, units: units / requests }))
  const writes = sum(
    rows.filter(({ name }) => /Put|Update|Delete|Transact|BatchWrite/.test(name)).map(({ units }) => units),
  )
  const reads = sum(rows.filter(({ name }) => /Get/.test(name)).map(({ units }) => units)) + sweepReads
  const dollars = writes * dollarsPerMillion.write + reads * dollarsPerMillion.read
  return { name: each.name, writes, reads, dollarsPerMillionRequests: dollars, rows }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

const upstream = await startBillingUpstream({ random: seededRandom(3) })
const sluice = await startSluice()
let current: Tally = new Map()
try {
  await sluice.connect('sim', 'openai', upstream.origin)
  countCapacity(sluice, () => current)
  const results = []
  for (const each of cases)
    results.push(
      await measure(sluice, each, (tally) => {
        current = tally
      }),
    )
  for (const { name, writes, reads, dollarsPerMillionRequests, rows } of results) {
    console.log(
      `\n${name}: ${writes.toFixed(2)} write units, ${reads.toFixed(2)} read units, $${dollarsPerMillionRequests.toFixed(2)} a million`,
    )
    for (const row of rows) console.log(`  ${row.name}: ${row.calls.toFixed(2)} calls, ${row.units.toFixed(2)} units`)
  }
  const folder = join(import.meta.dirname, '..', 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'limits-capacity.json'),
    `${JSON.stringify({ at: new Date().toISOString(), results }, null, 2)}\n`,
  )
} finally {
  await sluice.stop()
  await upstream.stop()
}
