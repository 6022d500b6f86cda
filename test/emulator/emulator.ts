/** An emulator of AWS on loopback (ministack, a Python package), and commands that are run against it as against an account. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, type WriteStream } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './until.ts'

export const projectFolder = fileURLToPath(new URL('../..', import.meta.url))
const launcher = fileURLToPath(new URL('./start-emulator.py', import.meta.url))

/** Who the emulator takes for the account's administrator. */
export const emulatorIdentity = { accessKeyId: 'test', secretAccessKey: 'test' } as const
const emulatorRegion = 'us-east-1'

export interface Emulator {
  readonly endpoint: string
  /** For SDK clients. */
  readonly client: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: typeof emulatorIdentity
  }
  /** What a person would have in the environment to work with this account. */
  readonly variables: Readonly<Record<string, string>>
  /** Runs a command in the project's folder; rejects with its output when it fails. Gives its standard output. */
  run(
    program: string,
    args: readonly string[],
    options?: { readonly input?: string; readonly codes?: readonly number[] },
  ): Promise<string>
  stop(): Promise<void>
}

/** `folder` gets the state and the log of the run. Throws with what to install where something is missing. */
export async function startEmulator(folder: string): Promise<Emulator> {
  const python = findPython()
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  mkdirSync(join(folder, 'tmp'), { recursive: true })
  const log = createWriteStream(join(folder, 'emulator.log'))
  const path = [join(projectFolder, 'node_modules/.bin'), dirname(python), process.env.PATH ?? ''].join(delimiter)
  const child = spawn(python, [launcher], {
    cwd: folder,
    env: {
      PATH: path,
      HOME: folder,
      GATEWAY_PORT: String(port),
      EDGE_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      AWS_ACCESS_KEY_ID: emulatorIdentity.accessKeyId,
      AWS_SECRET_ACCESS_KEY: emulatorIdentity.secretAccessKey,
      STATE_DIR: join(folder, 'state'),
      TMPDIR: join(folder, 'tmp'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await until('the emulator answers', 60_000, async () => {
    if (child.exitCode !== null) throw new Error(`the emulator has ended; see ${join(folder, 'emulator.log')}`)
    return fetch(`${endpoint}/_ministack/health`).then(
      () => true,
      () => false,
    )
  })
  const variables = accountVariables(endpoint, path, folder)
  const commands = createWriteStream(join(folder, 'commands.log'))
  return {
    endpoint,
    client: { endpoint, region: emulatorRegion, credentials: emulatorIdentity },
    variables,
    run: (program, args, options = {}) => runCommand({ program, args, variables, log: commands, ...options }),
    stop: () => stopChild(child, exited),
  }
}

async function stopChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await exited
  clearTimeout(timer)
}

function accountVariables(endpoint: string, path: string, home: string): Record<string, string> {
  return {
    PATH: path,
    HOME: home,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: emulatorIdentity.accessKeyId,
    AWS_SECRET_ACCESS_KEY: emulatorIdentity.secretAccessKey,
    AWS_REGION: emulatorRegion,
    AWS_DEFAULT_REGION: emulatorRegion,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_VERSION_CHECK: '1',
    CDK_DISABLE_CLI_TELEMETRY: '1',
    NO_PROXY: '127.0.0.1,localhost',
    CI: 'true',
  }
}

const whatToInstall =
  'npm run test:emulator needs Python 3 with two packages: python3 -m venv .venv && .venv/bin/pip install ministack awscli, then PYTHON=.venv/bin/python npm run test:emulator'

function findPython(): string {
  const named = process.env.PYTHON ?? 'python3'
  const found = spawnSync(named, ['-c', 'import ministack, awscli, sys; print(sys.executable)'], { encoding: 'utf8' })
  if (found.status === 0) return found.stdout.trim()
  throw new Error(
    `${whatToInstall}. '${named}' said: ${(found.stderr || String(found.error ?? '')).trim().split('\n').at(-1)}`,
  )
}

interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  readonly input?: string
  /** Exit codes that are no failure; absent = 0. */
  readonly codes?: readonly number[]
  readonly log: WriteStream
}

function runCommand({ program, args, variables, input, codes = [0], log }: Command): Promise<string> {
  log.write(`\n$ ${[program, ...args].join(' ')}\n`)
  if (input !== undefined) log.write(`${input.replace(/^/gm, '> ')}\n`)
  const child = spawn(program, args, { cwd: projectFolder, env: { ...variables }, stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  let everything = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk
    everything += chunk
    log.write(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    everything += chunk
    log.write(chunk)
  })
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (codes.includes(code ?? -1)) resolve(output)
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${everything.slice(-4_000)}`))
    })
  })
}

/** The folder of `cdk.out` that holds the bundles. */
export function bundleIn(outputFolder: string, assets: readonly string[]): string {
  const found = assets
    .map((name) => join(outputFolder, name))
    .find((path) => existsSync(join(path, 'gateway/index.mjs')))
  if (found === undefined) throw new Error(`${outputFolder} holds no asset with the functions`)
  return found
}

async function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
