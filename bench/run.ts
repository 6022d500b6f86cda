/** `npm run bench`: everything that is measured, in one run; tables on stdout, raw numbers in bench/results. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { runEvents } from './events.ts'
import { type GatewayOptions, runGateways } from './gateways.ts'
import { runLambda } from './lambda.ts'
import { runLocalStarts } from './local-start.ts'
import { isPinned } from './processes.ts'
import { reportEvents, reportGateways, reportLambda, reportLocalStarts } from './report.ts'

const parts = ['events', 'gateway', 'start', 'lambda'] as const
type Part = (typeof parts)[number]

const helpText = `npm run bench -- [options]

  --quick          two short rounds: does it work, and roughly how well
  --rounds <n>     interleaved rounds (default 7; at least 5 for numbers to keep)
  --only <part>    one of ${parts.join(', ')}; may be given several times
  --rate <n>       requests per second in the open loop (default 40)
  --delay <ms>     the provider's time to its first byte in the open loop (default 20)
  --gap <ms>       its time between events in the open loop (default 2)

BENCH_BIFROST=/path/to/bifrost-http and BENCH_LITELLM=/path/to/litellm in the environment add these gateways.
`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', multiple: true },
    rate: { type: 'string', default: '40' },
    delay: { type: 'string', default: '20' },
    gap: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
})

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new Error(`--${name} is '${text}'; it must be a whole number from ${least} to ${most}`)
}

function isPart(name: string): name is Part {
  return (parts as readonly string[]).includes(name)
}

function readOptions(): { readonly chosen: readonly Part[]; readonly gateway: GatewayOptions } {
  const chosen = values.only ?? parts
  const unknown = chosen.find((name) => !isPart(name))
  if (unknown !== undefined) throw new Error(`--only is '${unknown}'; there are ${parts.join(', ')}`)
  const rounds = wholeNumber('rounds', values.rounds ?? (values.quick ? '2' : '7'), 1, 50)
  return {
    chosen: chosen.filter(isPart),
    gateway: {
      rounds,
      openMs: values.quick ? 1_500 : 4_000,
      closedMs: values.quick ? 1_500 : 3_000,
      perSecond: wholeNumber('rate', values.rate, 1, 2_000),
      connections: 16,
      memoryRequests: values.quick ? 2_000 : 20_000,
      pace: { delayMs: wholeNumber('delay', values.delay, 0, 5_000), gapMs: wholeNumber('gap', values.gap, 0, 1_000) },
    },
  }
}

function machine() {
  return {
    processor: cpus()[0]?.model.trim(),
    cores: cpus().length,
    isPinned,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    loadBefore: loadavg().map((load) => Number(load.toFixed(2))),
  }
}

async function measure(chosen: readonly Part[], gateway: GatewayOptions): Promise<Record<string, unknown>> {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const results: Record<string, unknown> = {}
  const does = async <Result>(part: Part, run: () => Result | Promise<Result>, show: (result: Result) => void) => {
    if (!chosen.includes(part)) return
    const result = await run()
    show(result)
    results[part] = result
  }
  const { rounds } = gateway
  await does('events', () => runEvents(Math.max(rounds, 5)), reportEvents)
  await does('gateway', () => runGateways(gateway, say), reportGateways)
  await does('start', () => runLocalStarts(rounds), reportLocalStarts)
  await does('lambda', () => runLambda(rounds, say), reportLambda)
  return results
}

function save(record: Readonly<Record<string, unknown>>): void {
  const folder = new URL('./results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = new URL(`${new Date().toISOString().slice(0, 10)}-gateway.json`, folder)
  writeFileSync(
    file,
    `${JSON.stringify(record, (_, value) => (typeof value === 'number' ? Number(value.toFixed(4)) : value), 1)}\n`,
  )
  console.log(`\nraw numbers: bench/results/${file.pathname.split('/').at(-1)}`)
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(helpText)
  const { chosen, gateway } = readOptions()
  const before = machine()
  console.log(
    `${before.processor}, ${before.cores} cores (pinned: ${isPinned}), node ${before.node}, load ${before.loadBefore.join(' ')}`,
  )
  const results = await measure(chosen, gateway)
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  if (values.quick) return console.log('\na quick run is not kept')
  save({
    date: new Date().toISOString(),
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    version,
    machine: { ...before, loadAfter: loadavg().map((load) => Number(load.toFixed(2))) },
    options: gateway,
    ...results,
  })
}

await main()
