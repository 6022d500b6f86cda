/** `npm run bench:features`: what each feature adds to a request, on and off in turn; tables on stdout, raw numbers in bench/results. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { seededRandom } from '../test/support/seeded-random.ts'
import { type Feature, featuresOf } from './features-rows.ts'
import { pace, textOf } from './features-script.ts'
import { isPinned, loadCore, startNode, stop } from './processes.ts'
import { percentile, rounded, spreadOf } from './statistics.ts'
import { administer, connect, startSluiceIn, temporaryFolder, type Workspace } from './subjects.ts'
import { printTable, showRatio, showSpread } from './table.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    /** Of each row in each round; a tenth of it for streams. */
    requests: { type: 'string', default: '100' },
    quick: { type: 'boolean', default: false },
  },
})

const rounds = values.quick ? 3 : Number(values.rounds)
const requests = values.quick ? 20 : Number(values.requests)

interface Taken {
  readonly firstByteMs: number
  readonly totalMs: number
}

interface Sample {
  readonly feature: string
  readonly round: number
  /** Medians over the requests of the round. */
  readonly firstByteMs: number
  readonly totalMs: number
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
let asked = 0

/** One request; throws when the answer is not the one that was sent. */
function ask(origin: string, feature: Feature): Promise<Taken> {
  const { isStream, headers, text, isNewEachTime } = feature
  asked += 1
  const content = `Tell me of the sentences${isNewEachTime === true ? ` (${asked})` : ''}.`
  const body = JSON.stringify({
    model: '@up/gpt-4o-mini',
    messages: [{ role: 'user', content }],
    max_tokens: 400,
    ...(isStream ? { stream: true } : {}),
  })
  const startedAtMs = performance.now()
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${origin}/v1/chat/completions`,
      { method: 'POST', agent, headers: { ...headers, 'content-type': 'application/json' } },
      (response) => {
        let answer = ''
        let firstByteMs = 0
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          if (answer === '') firstByteMs = performance.now() - startedAtMs
          answer += chunk
        })
        response.on('end', () => {
          const totalMs = performance.now() - startedAtMs
          const isRight = response.statusCode === 200 && textOf(answer, isStream) === text
          if (isRight) resolve({ firstByteMs, totalMs })
          else reject(new Error(`${feature.name}: status ${response.statusCode}, ${answer.slice(0, 500)}`))
        })
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

async function measure(origin: string, feature: Feature, round: number): Promise<Sample> {
  const taken: Taken[] = []
  const count = feature.isStream ? Math.max(3, Math.round(requests / 10)) : requests
  for (let request = 0; request < count; request++) taken.push(await ask(origin, feature))
  const median = (pick: (each: Taken) => number) => percentile(taken.map(pick), 0.5)
  return {
    feature: feature.name,
    round,
    firstByteMs: median(({ firstByteMs }) => firstByteMs),
    totalMs: median(({ totalMs }) => totalMs),
  }
}

/** Another order each round: what one row leaves to be done does not always fall upon the same next one. */
function shuffled<T>(list: readonly T[], random: () => number): readonly T[] {
  return list
    .map((each) => ({ each, at: random() }))
    .sort((left, right) => left.at - right.at)
    .map(({ each }) => each)
}

async function run(origin: string, features: readonly Feature[]): Promise<readonly Sample[]> {
  for (const feature of features) await measure(origin, feature, 0)
  const samples: Sample[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const feature of shuffled(features, seededRandom(round))) samples.push(await measure(origin, feature, round))
    process.stderr.write(`round ${round} of ${rounds} done\n`)
  }
  return samples
}

function report(features: readonly Feature[], samples: readonly Sample[]): void {
  const measured = (name: string, round: number, key: 'firstByteMs' | 'totalMs') =>
    samples.find((sample) => sample.feature === name && sample.round === round)?.[key] ?? Number.NaN
  const all = Array.from({ length: rounds }, (_, at) => at + 1)
  for (const isStream of [false, true]) {
    const off = isStream ? 'stream, plain' : 'plain'
    const rows = features
      .filter((feature) => feature.isStream === isStream)
      .map(({ name }) => {
        const key = isStream ? 'firstByteMs' : 'totalMs'
        const on = spreadOf(all.map((round) => measured(name, round, key)))
        const added = spreadOf(all.map((round) => measured(name, round, key) - measured(off, round, key)))
        const more = spreadOf(all.map((round) => measured(name, round, 'totalMs') - measured(off, round, 'totalMs')))
        const base = spreadOf(all.map((round) => measured(off, round, key)))
        return [
          name,
          showSpread(on),
          showSpread(added),
          showRatio(on.median, base.median),
          ...(isStream ? [showSpread(more)] : []),
        ]
      })
    const what = isStream ? 'to the first byte' : 'to the last byte'
    printTable(
      `${isStream ? `Streams of ${pace.events} events, one each ${pace.gapMs} ms` : 'Whole answers'}: ms ${what}, median [quartiles] over ${rounds} rounds`,
      ['', 'on', 'added', 'on/off', ...(isStream ? ['added to the last byte'] : [])],
      rows,
    )
  }
}

function save(samples: readonly Sample[], loadBefore: readonly number[]): void {
  const folder = new URL('./results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const name = `${new Date().toISOString().slice(0, 10)}-features.json`
  const record = {
    date: new Date().toISOString(),
    command: ['npm run bench:features --', ...process.argv.slice(2)].join(' '),
    machine: { processor: cpus()[0]?.model.trim(), cores: cpus().length, isPinned, node: process.version },
    load: { before: loadBefore, after: loadavg() },
    options: { rounds, requests, pace },
    samples,
  }
  const text = JSON.stringify(record, (_, value) => (typeof value === 'number' ? rounded(value, 4) : value), 1)
  writeFileSync(new URL(name, folder), `${text}\n`)
  console.log(`\nraw numbers: bench/results/${name}`)
}

async function main(): Promise<void> {
  const loadBefore = loadavg()
  const upstream = startNode([fileURLToPath(new URL('./features-upstream.ts', import.meta.url))], {
    core: loadCore,
    hasChannel: true,
  })
  const { port } = await new Promise<{ port: number }>((resolve) => upstream.child.once('message', resolve))
  const folder = temporaryFolder()
  const { started, origin } = await startSluiceIn(folder)
  try {
    const { data } = (await administer(origin, 'GET', '/admin/workspaces')) as { data: Workspace[] }
    const [workspace] = data
    if (workspace === undefined) throw new Error('a first start made no workspace')
    for (const slug of ['up', 'down']) await connect(origin, slug, `http://127.0.0.1:${port}/${slug}/v1`, workspace)
    const features = await featuresOf(origin, workspace)
    const samples = await run(origin, features)
    report(features, samples)
    if (values.quick) console.log('\na quick run is not kept')
    else save(samples, loadBefore)
  } finally {
    agent.destroy()
    await Promise.all([stop(started), stop(upstream)])
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
