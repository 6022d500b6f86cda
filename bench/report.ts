/** Turns samples into the tables a person reads: medians over rounds with quartiles, ratios against the peer of the same run. */
import type { EventSample } from './events.ts'
import type { GatewayRun, Sample } from './gateways.ts'
import type { LambdaRun } from './lambda.ts'
import type { LocalStarts } from './local-start.ts'
import { type Spread, spreadOf } from './statistics.ts'
import { budgetName } from './subjects.ts'
import { printTable, show, showRatio, showSpread } from './table.ts'

interface Row {
  readonly name: string
  readonly phase: string
  /** What is measured in one round; `direct` is the provider itself in the same round. */
  readonly value: (sample: Sample, direct: Sample) => number
  readonly isHigherBetter?: boolean
}

const kbOf = (bytes: number) => `${show(bytes / 1000)} kB`

function latencyRows(): readonly Row[] {
  const added = (name: string, phase: string, pick: (sample: Sample) => number): Row => ({
    name,
    phase,
    value: (sample, direct) => pick(sample) - pick(direct),
  })
  return [
    added('JSON added p50, ms', 'json-open', ({ load }) => load.total.p50Ms),
    added('JSON added p99, ms', 'json-open', ({ load }) => load.total.p99Ms),
    added('SSE first byte added p50, ms', 'sse-open', ({ load }) => load.firstByte.p50Ms),
    added('SSE first byte added p99, ms', 'sse-open', ({ load }) => load.firstByte.p99Ms),
    added('SSE whole stream added p50, ms', 'sse-open', ({ load }) => load.total.p50Ms),
  ]
}

function loadRows(phase: string, kind: string): readonly Row[] {
  return [
    { name: `${kind} requests/s on one core`, phase, isHigherBetter: true, value: finishedPerSecond },
    { name: `${kind} CPU ms/request, gateway`, phase, value: ({ cpuMs = Number.NaN }) => cpuMs },
    { name: `${kind} CPU ms/request, its database`, phase, value: ({ companionCpuMs = Number.NaN }) => companionCpuMs },
    {
      name: `${kind} CPU ms/request, both`,
      phase,
      value: ({ cpuMs = Number.NaN, companionCpuMs = 0 }) => cpuMs + companionCpuMs,
    },
    { name: `${kind} resident MB, gateway`, phase, value: ({ residentMb = Number.NaN }) => residentMb },
    {
      name: `${kind} resident MB, its database`,
      phase,
      value: ({ companionResidentMb = Number.NaN }) => companionResidentMb,
    },
  ]
}

/** Work that is put off until after the answer counts: until then the core is not free. */
function finishedPerSecond({ load, settleMs }: Sample): number {
  return load.requests / (load.requests / load.perSecond + settleMs / 1000)
}

/** A row's value for a subject in every round in which the provider itself was measured too. */
function spread(samples: readonly Sample[], row: Row, subject: string): Spread {
  const values = samples.flatMap((sample) => {
    if (sample.phase !== row.phase || sample.subject !== subject) return []
    const direct = samples.find(
      (other) => other.subject === 'direct' && other.phase === row.phase && other.round === sample.round,
    )
    return direct === undefined ? [] : [row.value(sample, direct)]
  })
  return spreadOf(values)
}

export function reportGateways({ features, memory, samples, skipped, books }: GatewayRun): void {
  const gateways = Object.keys(features)
  printTable(
    'What each gateway does beside forwarding',
    ['', 'keys checked', 'requests recorded', 'budget'],
    Object.entries(features).map(([name, { keys, records, budget }]) => [name, keys, records, budget]),
  )
  const rows = [...latencyRows(), ...loadRows('json-closed', 'JSON'), ...loadRows('sse-closed', 'SSE')].map((row) => {
    const spreads = gateways.map((name) => spread(samples, row, name))
    const medianOf = (name: string) => spreads[gateways.indexOf(name)]?.median ?? Number.NaN
    const ratios = ['sluice', budgetName].map((name) => showRatio(medianOf(name), medianOf('portkey')))
    return [row.name, ...spreads.map(showSpread), ...ratios, row.isHigherBetter ? 'more' : 'less']
  })
  printTable('Median [quartiles] over rounds', ['', ...gateways, 'sluice/portkey', 'budget/portkey', 'better'], rows)
  printTable(
    'Memory after many requests, MB',
    ['', 'requests', 'gateway', 'its database'],
    memory.map((each) => [each.subject, String(each.requests), show(each.residentMb), show(each.companionResidentMb)]),
  )
  const names = [...new Set(samples.map((sample) => sample.subject))]
  printTable(
    'Answers checked whole',
    ['', 'whole', 'failed', 'complaints', 'first flaw'],
    names.map((name) => {
      const own = samples.filter((sample) => sample.subject === name)
      const sum = (pick: (sample: Sample) => number) => String(own.reduce((total, sample) => total + pick(sample), 0))
      const flaw = own.find(({ load }) => load.firstFlaw !== undefined)?.load.firstFlaw ?? ''
      return [
        name,
        sum(({ load }) => load.requests),
        sum(({ load }) => load.failed),
        sum(({ complaints }) => complaints),
        flaw.slice(0, 80),
      ]
    }),
  )
  for (const { subject, sent, closed, open } of books) {
    const verdict = closed === sent && open === 0 ? 'none is lost' : 'NOT THE SAME'
    console.log(`\n${subject}: ${sent} requests sent, ${closed} records closed, ${open} left open: ${verdict}`)
  }
  for (const { subject, phase, reason } of skipped) console.log(`left out: ${subject}, ${phase}: ${reason}`)
}

export function reportLocalStarts(starts: LocalStarts): void {
  printTable(
    'Process start to ready on this machine, ms',
    ['', 'median [quartiles]'],
    Object.entries(starts).map(([name, taken]) => [name, showSpread(taken)]),
  )
}

export function reportLambda(run: LambdaRun): void {
  const empty = run.initMs.empty?.median ?? Number.NaN
  printTable(
    'Process start to first `next` under the runtime client, ms',
    ['', 'median [quartiles]', 'of an empty handler'],
    Object.entries(run.initMs).map(([name, taken]) => [name, showSpread(taken), showRatio(taken.median, empty)]),
  )
  console.log(`\ncold: process start to first byte of a streamed chat: ${showSpread(run.coldFirstByteMs)} ms`)
  console.log(`warm: invocation to first byte: ${showSpread(run.warmFirstByteMs)} ms`)
  printTable(
    'Bundle sizes, minified',
    ['', 'entry', 'loaded at start', 'files', 'may load later', 'files'],
    run.sizes.map((size) => [
      size.name,
      kbOf(size.entryBytes),
      kbOf(size.startBytes),
      String(size.startFiles),
      kbOf(size.laterBytes),
      String(size.laterFiles),
    ]),
  )
  console.log(`\na handler that only makes a DynamoDB client: ${kbOf(run.emptyBytes)} at start`)
  const early = run.chatFiles.filter(({ isBeforeFirstByte }) => isBeforeFirstByte)
  const earlyBytes = early.reduce((total, { bytes }) => total + bytes, 0)
  console.log(`a first chat loads ${kbOf(earlyBytes)} in ${early.length} files before its first byte (goal: 600 kB)`)
  for (const { path, bytes, isBeforeFirstByte } of run.chatFiles)
    if (bytes > 20_000) console.log(`  ${kbOf(bytes)} ${isBeforeFirstByte ? 'before' : 'after'}: ${path}`)
  console.log(
    `largest in the gateway's start: ${run.gatewayLargest.map(([name, bytes]) => `${name} ${kbOf(bytes)}`).join(', ')}`,
  )
}

export function reportEvents(samples: readonly EventSample[]): void {
  printTable(
    'Microseconds per streamed event, no sockets',
    ['', 'median [quartiles]'],
    samples.map(({ name, microsecondsPerEvent }) => [name, showSpread(microsecondsPerEvent)]),
  )
}
