/** The command behind `npm start`: its arguments, what it prints, its signals, its exit code. */
import { readFileSync } from 'node:fs'
import { systemAmbient } from '../ambient.ts'
import { toGatewayError } from '../errors.ts'
import { banner } from './banner.ts'
import { helpText, parseOptions } from './options.ts'
import { type Running, startLocal } from './start.ts'

/** Ends the process. */
export function runCommand(): void {
  // Whoever read the output may stop reading; what is served does not end with that.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreBrokenPipe)
  start().then(
    (code) => process.exit(code),
    (thrown: unknown) => {
      const error = toGatewayError(thrown)
      const cause = error !== thrown && error.cause instanceof Error ? `\n${error.cause.stack}` : ''
      process.stderr.write(`sluice: ${error.message}${cause}\n`)
      process.exit(1)
    },
  )
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

/** Requests under way may take this long to finish after Ctrl-C; a second Ctrl-C does not wait. */
const graceMs = 30_000

async function start(): Promise<number> {
  const parsed = parseOptions(process.argv.slice(2), process.env)
  if (parsed.type === 'help') {
    process.stdout.write(helpText)
    return 0
  }
  if (parsed.type === 'wrong') {
    process.stderr.write(`sluice: ${parsed.message}\n`)
    return 2
  }
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const running = await startLocal(parsed.options, { variables: process.env, ambient: systemAmbient(), version })
  process.stdout.write(banner(running, parsed.options))
  return untilStopped(running)
}

async function untilStopped(running: Running): Promise<number> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<string | undefined>()
  let signals = 0
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      signals += 1
      if (signals > 1) process.exit(130)
      stop(undefined)
    })
  }
  const failure = await Promise.race([stopped, running.failed])
  if (failure === undefined)
    process.stdout.write('\nstopping: requests under way may finish; press Ctrl-C again not to wait\n')
  else process.stderr.write(`sluice: ${failure}\n`)
  await running.stop(failure === undefined ? graceMs : 0)
  return failure === undefined ? 0 : 1
}
