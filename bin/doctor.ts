/** `npm run doctor`: is everything as it should be? Of a gateway on this machine, or of a deployed stack. */
import { resolve } from 'node:path'
import { systemAmbient } from '../src/ambient.ts'
import { toGatewayError } from '../src/errors.ts'
import { flagOption, helpOption, readOptions, textOption } from './command-line.ts'
import { exitCodeOf, type Finding, writeFindings } from './doctor/finding.ts'

const helpText = `Looks at a gateway and says what is wrong and what to do about it.

  npm run doctor                            the gateway on this machine (.sluice), running or stopped
  npm run doctor -- --stack Sluice          a deployed stack, with your AWS credentials
  npm run doctor -- [options]

  --stack <name>     a deployed stack
  --region <name>    its region (else AWS_REGION)
  --data <folder>    another local data folder (SLUICE_DATA)
  --url <address>    where the local gateway answers (default: what the running one
                     left in its data folder, else http://localhost:8787)
  --json             findings as JSON: check, level (ok, note, problem, unknown), message, remedy
  --help             this text

Of a stack it calls every function once (the windows function keeps its books, as it does every five
minutes) and looks at the stream and its last result, the schedule, the alarms and who hears them, dead
letters, how far the ledger is, holds and records without a request, secrets that belong to nothing,
deletion protection and quotas. Of a local gateway it looks at what there is of these.

Ends with 0 when nothing is wrong, 1 when something is, 2 when it could not look.
`

const known = {
  stack: textOption,
  region: textOption,
  data: textOption,
  url: textOption,
  json: flagOption,
  help: helpOption,
} as const
type Options = ReturnType<typeof readOptions<typeof known>>

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), known)
  if (options.help) {
    process.stdout.write(helpText)
    return 0
  }
  const { place, findings } = await examine(options)
  process.stdout.write(
    options.json ? `${JSON.stringify({ place, findings }, null, 2)}\n` : writeFindings(place, findings),
  )
  return exitCodeOf(findings)
}

async function examine(options: Options): Promise<{ readonly place: string; readonly findings: readonly Finding[] }> {
  const { stack, region, data, url } = options
  const { env } = process
  const ambient = systemAmbient()
  if (stack !== undefined) {
    const { examineStack } = await import('./doctor/stack.ts')
    const clientOptions = region === undefined ? {} : { region }
    return { place: `stack ${stack}`, findings: await examineStack({ stackName: stack, ambient, clientOptions }) }
  }
  const { readAddress } = await import('../src/local/address-file.ts')
  const { examineLocal } = await import('./doctor/local.ts')
  const dataFolder = resolve(data ?? env.SLUICE_DATA ?? '.sluice')
  const address = url ?? readAddress(dataFolder) ?? `http://localhost:${env.SLUICE_PORT ?? 8787}`
  return { place: dataFolder, findings: await examineLocal({ dataFolder, url: address, variables: env, ambient }) }
}

main().then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    const message = thrown instanceof Error ? thrown.message : toGatewayError(thrown).message
    process.stderr.write(`doctor: ${message}\n`)
    process.exit(2)
  },
)
