/** `npm run reconcile`: is every counter the sum of its records? Reports, and repairs where asked. */

import { systemAmbient } from '../src/ambient.ts'
import { environmentNames } from '../src/environment.ts'
import { toGatewayError } from '../src/errors.ts'
import { type Counter, heldOf } from '../src/limits/counter.ts'
import { type Difference, reconcile } from '../src/limits/reconcile.ts'
import { type ClientOptions, type Engine, localOptions, visitFolder } from '../src/local/engine.ts'
import { createClients } from '../src/store/clients.ts'
import { listClosedLogs } from '../src/store/counter-stream.ts'
import { createCounters } from '../src/store/counters.ts'
import { findStackTables } from '../src/store/stack-tables.ts'
import { flagOption, helpOption, readOptions, textOption } from './command-line.ts'

const helpText = `Compares what every limit's counter has spent with the sum of its log records.

  npm run reconcile                         the local data folder (.sluice), running or stopped
  npm run reconcile -- [options]

  --repair           set counters that are wrong to the sum of their records
  --all              show every counter, not only those that differ
  --data <folder>    another local data folder (SLUICE_DATA)
  --stack <name>     a deployed stack, with your AWS credentials
  --region <name>    its region (else AWS_REGION)
  --help             this text

Tables can also be named: ${environmentNames.countersTable} and ${environmentNames.logsTable},
with DYNAMODB_ENDPOINT for a DynamoDB that is not AWS's.

Ends with 0 when all agree or were repaired, 1 when some differ, 2 when it could not look.
`

interface Place {
  readonly name: string
  readonly counters: string
  readonly logs: string
  readonly clientOptions: Partial<ClientOptions>
  /** Present where the tables may be in this process. */
  readonly connect?: Engine['connect']
  readonly stop: () => Promise<void>
}

const known = {
  repair: flagOption,
  all: flagOption,
  help: helpOption,
  data: textOption,
  stack: textOption,
  region: textOption,
} as const
type Options = ReturnType<typeof readOptions<typeof known>>

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), known)
  if (options.help) {
    process.stdout.write(helpText)
    return 0
  }
  const place = await findPlace(options)
  try {
    return await report(place, options)
  } finally {
    await place.stop()
  }
}

const noop = async () => {}

async function findPlace({ stack, region, data }: Options): Promise<Place> {
  const { env } = process
  const at = region === undefined ? {} : { region }
  if (stack !== undefined)
    return { ...(await findStackTables(stack, region)), clientOptions: at, name: `stack ${stack}`, stop: noop }
  const counters = env[environmentNames.countersTable]
  const logs = env[environmentNames.logsTable]
  const endpoint = env.AWS_ENDPOINT_URL_DYNAMODB || env.DYNAMODB_ENDPOINT
  const named = endpoint ? { ...localOptions, endpoint } : {}
  if (counters && logs)
    return { name: `tables ${counters} and ${logs}`, counters, logs, clientOptions: { ...named, ...at }, stop: noop }
  const local = { counters: 'sluice-counters', logs: 'sluice-logs' }
  if (endpoint) return { name: endpoint, ...local, clientOptions: named, stop: noop }
  return { ...local, ...(await openFolder(data ?? env.SLUICE_DATA ?? '.sluice')) }
}

async function openFolder(folder: string): Promise<Pick<Place, 'name' | 'clientOptions' | 'connect' | 'stop'>> {
  const { clientOptions, connect, isRunning, stop } = await visitFolder(folder, process.env)
  return { name: `${folder} (${isRunning ? 'running' : 'stopped'})`, clientOptions, connect, stop }
}

async function report(place: Place, { repair = false, all = false }: Options): Promise<number> {
  const clients = createClients({
    dynamo: place.clientOptions,
    ...(place.connect && { connectDynamo: place.connect }),
  })
  const ambient = systemAmbient()
  const table = place.counters
  const counters = createCounters({ client: clients.dynamo, onceClient: clients.dynamoOnce, table, ambient })
  const seen = new Map<string, Counter>()
  const list = async function* (prefix: string) {
    for await (const counter of counters.list(prefix)) {
      seen.set(counter.key, counter)
      yield counter
    }
  }
  try {
    const { differences, records } = await reconcile(
      {
        counters: { ...counters, list },
        listClosedLogs: () => listClosedLogs({ client: clients.dynamo, table: place.logs }),
        nowMs: ambient.now(),
        logTtlDays: Number(process.env[environmentNames.logTtlDays] ?? 90),
      },
      { isRepairing: repair },
    )
    process.stdout.write(write(place.name, { seen, differences, records, isAll: all }))
    return differences.some(({ verdict }) => verdict === 'wrong') ? 1 : 0
  } finally {
    clients.destroy()
  }
}

interface Findings {
  readonly seen: ReadonlyMap<string, Counter>
  readonly differences: readonly Difference[]
  readonly records: number
  readonly isAll: boolean
}

const advice: Readonly<Record<Difference['verdict'], string>> = {
  wrong: 'wrong; --repair sets it to the sum of its records',
  busy: 'requests are in flight or not settled yet; ask again in a minute',
  unprovable: 'some of its records have expired, so it cannot be proved',
  repaired: 'repaired: set to the sum of its records',
}

function write(place: string, { seen, differences, records, isAll }: Findings): string {
  const byKey = new Map(differences.map((difference) => [difference.counter, difference]))
  const shown = [...seen.values()].filter(({ key }) => isAll || byKey.has(key))
  const rows = shown.map((counter) => {
    const difference = byKey.get(counter.key)
    const money = (amount: number) => show(counter, amount)
    const spent = difference?.spent ?? counter.spent
    const logged = difference?.logged ?? spent
    return [
      title(counter),
      `    counter     ${counter.key}`,
      `    limit       ${counter.about === undefined ? 'not known' : money(counter.about.amount)}`,
      `    window      ${windowText(counter)}`,
      `    spent       ${money(spent)}`,
      `    Σ records   ${money(logged)}`,
      `    difference  ${money(spent - logged)}`,
      `    held        ${money(heldOf(counter))}`,
      `    ${difference === undefined ? 'agrees' : advice[difference.verdict]}`,
      '',
    ].join('\n')
  })
  const told = differences.length === 0 ? 'all agree' : `${differences.length} differ`
  return [`${place}: ${seen.size} counters, ${records} closed records: ${told}`, '', ...rows].join('\n')
}

function title({ about, key }: Counter): string {
  if (about === undefined) return key
  const { owner, resource, nature } = about
  return `${owner.kind} ${owner.label}${owner.valueKey ? ` for ${owner.valueKey}` : ''}: ${resource} (${nature} limit)`
}

function windowText({ about }: Counter): string {
  if (about === undefined) return 'not known'
  if (about.endMs === undefined) return 'never ends'
  return `${new Date(about.startMs).toISOString()} to ${new Date(about.endMs).toISOString()}`
}

function show({ about }: Counter, amount: number): string {
  return about?.resource === 'cost' ? `$${(amount / 1e9).toFixed(9)}` : `${amount} ${about?.resource ?? ''}`.trim()
}

function explain(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  if (thrown.name === 'ResourceNotFoundException') return 'there are no tables here yet; start the program once'
  return thrown.message || toGatewayError(thrown).message
}

main().then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    process.stderr.write(`reconcile: ${explain(thrown)}\n`)
    process.exit(2)
  },
)
