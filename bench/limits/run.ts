/** `npm run bench:limits`: one budget under load from many processes; prints whether it held and whether the books agree. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type BillingUpstream, startBillingUpstream } from '../../test/support/billing-upstream.ts'
import { startSharedEngine } from '../../test/support/engine.ts'
import type { LedgerState } from '../../test/support/ledger-state.ts'
import { seededRandom } from '../../test/support/seeded-random.ts'
import { percentile, rounded } from '../statistics.ts'
import { call, type Kind, kinds, type Outcome } from './clients.ts'
import { type Gateways, startGateways } from './gateways.ts'
import { booksAfterHorizon } from './horizon.ts'
import { type LoadOptions, readLoadOptions } from './options.ts'
import { ratioOf, scenariosOf, table } from './scenarios.ts'

const samples = 200
const ample = { usage_limits: { credit_limit: 1_000_000 } }

async function main(): Promise<number> {
  const options = readLoadOptions(process.argv.slice(2))
  if (options === undefined) return 0
  const random = seededRandom(options.seed)
  const engine = await startSharedEngine()
  const upstream = await startBillingUpstream({
    random,
    latencyMs: () => random() * 4,
    mostOutput: 80,
    hiddenShare: () => random() / 2,
  })
  const gateways = await startGateways(options.processes, engine.endpoint, (admin) =>
    admin.connect('sim', 'openai', upstream.origin),
  )
  try {
    const added = await measureGate(gateways, random)
    const key = await gateways.admin.makeKey({ usage_limits: { credit_limit: options.limitDollars } })
    const billedBefore = upstream.billedNanos()
    const outcomes = await load({ options, gateways, upstream, secret: key.secret, random })
    while (upstream.underWay() > 0) await wait(20)
    await gateways.stop()
    const books = await booksAfterHorizon(engine.endpoint, `api_key/${key.id}/`)
    const result = summarise({
      options,
      outcomes,
      books,
      upstream,
      billed: upstream.billedNanos() - billedBefore,
      keyId: key.id,
    })
    return keep({ ...result, added })
  } finally {
    await gateways.stop()
    await upstream.stop()
    await engine.stop()
  }
}

interface Load {
  readonly options: LoadOptions
  readonly gateways: Gateways
  readonly upstream: BillingUpstream
  readonly secret: string
  readonly random: () => number
}

async function load({ options, gateways, secret, random }: Load): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  let sent = 0
  let isKilled = !options.isKilling
  let killing: Promise<void> = Promise.resolve()
  const worker = async () => {
    while (sent < options.requests) {
      sent += 1
      if (!isKilled && sent > options.requests / 2) {
        isKilled = true
        killing = gateways.killAll()
      }
      const origins = gateways.origins()
      const origin = origins[sent % origins.length]
      if (origin === undefined) {
        await killing
        continue
      }
      outcomes.push(await call(origin, secret, kinds[Math.floor(random() * kinds.length)] as Kind, random))
    }
  }
  await Promise.all(Array.from({ length: options.connections }, worker))
  await killing
  return outcomes
}

/** One request at a time, by turns with a budget and without one. */
async function measureGate(gateways: Gateways, random: () => number) {
  const limited = await gateways.admin.makeKey(ample)
  const free = await gateways.admin.makeKey()
  const ms = { limited: [] as number[], free: [] as number[] }
  for (let index = 0; index < samples + 20; index++)
    for (const name of ['limited', 'free'] as const) {
      const origin = gateways.origins()[0] ?? ''
      const outcome = await call(origin, name === 'limited' ? limited.secret : free.secret, 'whole', random)
      if (index >= 20) ms[name].push(outcome.ms)
    }
  const at = (part: number) => percentile(ms.limited, part) - percentile(ms.free, part)
  return { p50Ms: rounded(at(0.5)), p99Ms: rounded(at(0.99)), samples }
}

function summarise(run: {
  readonly options: LoadOptions
  readonly outcomes: readonly Outcome[]
  readonly books: LedgerState
  readonly upstream: BillingUpstream
  readonly billed: number
  readonly keyId: string
}) {
  const { options, outcomes, books, billed, keyId, upstream } = run
  const ofKey = books.logs.filter((log) => log.apiKeyId === keyId)
  const scenarios = scenariosOf(ofKey, outcomes, upstream.billedFor)
  const withUsage = scenarios.filter(({ basis }) => basis === 'usage')
  const limit = Math.round(options.limitDollars * 1e9)
  // a request whose key could not be looked up has a record without it
  const records = new Set(books.logs.map((log) => log.id))
  const lost = outcomes.filter(({ logId }) => logId && !records.has(logId))
  return {
    options,
    limit,
    billed,
    spent: books.spent,
    logged: books.logged,
    held: books.held,
    open: books.open,
    overshoot: Math.max(0, billed - limit),
    scenarios,
    ratioWithUsage: rounded(ratioOf(withUsage) ?? 1),
    // what no charge may be below: every call's own bill
    undercharged: scenarios.filter(({ basis }) => basis !== 'lost').reduce((sum, row) => sum + row.below, 0),
    chargedAbove: Math.max(0, books.spent - limit),
    // a refusal is recorded after it is told, so a kill in between loses a record of cost 0
    lostRecords: lost.filter(({ status }) => status === 200 || status >= 500).length,
    lostRefusals: lost.filter(({ status }) => status >= 400 && status < 500).length,
    records: ofKey.length,
    answers: countBy(outcomes.map(({ status }) => (status === 0 ? 'gone' : String(status)))),
    refusals: countBy(outcomes.flatMap(({ errorCode }) => (errorCode === undefined ? [] : [errorCode]))),
    loadP50Ms: rounded(
      percentile(
        outcomes.map(({ ms }) => ms),
        0.5,
      ),
    ),
    loadP99Ms: rounded(
      percentile(
        outcomes.map(({ ms }) => ms),
        0.99,
      ),
    ),
  }
}

/** Of calls whose usage arrived. */
const mostAboveBill = 1.25

type Result = ReturnType<typeof summarise> & { readonly added: Awaited<ReturnType<typeof measureGate>> }

function keep(result: Result): number {
  const dollars = (nanos: number) => `$${(nanos / 1e9).toFixed(9)}`
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} × ${count}`)
      .join(', ')
  const isGood =
    result.overshoot === 0 &&
    result.chargedAbove === 0 &&
    result.undercharged === 0 &&
    result.ratioWithUsage <= mostAboveBill &&
    result.lostRecords === 0 &&
    result.held === 0 &&
    result.open === 0 &&
    result.spent === result.logged
  const { options } = result
  process.stdout.write(`
${options.processes} gateway processes, ${options.connections} connections, ${options.requests} requests${options.isKilling ? ', all gateways killed in the middle' : ''} (seed ${options.seed})

limit                    ${dollars(result.limit)}
Σ cost by the provider   ${dollars(result.billed)}
spent                    ${dollars(result.spent)}
Σ cost of the records    ${dollars(result.logged)}
held                     ${dollars(result.held)}
bill over limit          ${dollars(result.overshoot)}
spent ÷ bill             ${result.ratioWithUsage} where the usage arrived (at most ${mostAboveBill})
${table(result.scenarios)}
charged above the limit  ${dollars(result.chargedAbove)}
records                  ${result.records}, lost ${result.lostRecords} (and ${result.lostRefusals} of refusals), open ${result.open}
answers                  ${list(result.answers)}
refusals                 ${list(result.refusals)}
latency under load       p50 ${result.loadP50Ms} ms, p99 ${result.loadP99Ms} ms
added by the gate        p50 ${result.added.p50Ms} ms, p99 ${result.added.p99Ms} ms (one connection, ${result.added.samples} pairs)

${isGood ? 'the limit held and the books agree' : 'THE LIMIT OR THE BOOKS ARE WRONG'}
`)
  const folder = join(import.meta.dirname, '..', 'results')
  mkdirSync(folder, { recursive: true })
  const name = `limits-${options.processes}p-${options.connections}c${options.isKilling ? '-kill' : ''}.json`
  writeFileSync(join(folder, name), `${JSON.stringify({ at: new Date().toISOString(), ...result }, null, 2)}\n`)
  return isGood ? 0 : 1
}

function countBy(values: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

main().then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    console.error(thrown)
    process.exit(2)
  },
)
