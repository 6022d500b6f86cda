/** Many schedules from the command line: `node test/simulate/run.ts --runs 1000 --seed 1 [--mutation name] [--events 400]`. */
import { parseArgs } from 'node:util'
import { createCounterTwin } from './counter-twin.ts'
import { type Mutation, mutations } from './mutations.ts'
import { simulate } from './simulate.ts'

const helpText = `Random schedules of instances, crashes and redelivery against the limits; a failing seed replays.

  npm run simulate -- [options]

  --runs <n>         schedules (default 1000)
  --seed <n>         of the first; the next count on from it (default: by the clock)
  --events <n>       requests in each (default 400)
  --mutation <name>  with a planted bug, which must be found: ${Object.keys(mutations).join(', ')}
  --help             this text
`

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    events: { type: 'string', default: '400' },
    mutation: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help === true) {
  process.stdout.write(helpText)
  process.exit(0)
}
const known: Readonly<Record<string, Mutation>> = mutations
const mutation = values.mutation === undefined ? {} : known[values.mutation]
if (mutation === undefined) throw new Error(`unknown mutation; there are ${Object.keys(mutations).join(', ')}`)

const first = Number(values.seed)
const total = { admitted: 0, refused: 0, steps: 0 }
for (let seed = first; seed < first + Number(values.runs); seed++)
  try {
    const report = await simulate({ seed, counters: createCounterTwin(), mutation, events: Number(values.events) })
    total.admitted += report.admitted
    total.refused += report.refused
    total.steps += report.steps
  } catch (thrown) {
    const again = `node test/simulate/run.ts --runs 1 --seed ${seed} --events ${values.events}`
    console.error(`seed ${seed} failed: ${String(thrown)}\nagain: ${again}`)
    if (thrown instanceof Error) console.error(thrown.stack)
    process.exit(1)
  }
console.log(`${values.runs} schedules from seed ${first} hold: ${JSON.stringify(total)}`)
