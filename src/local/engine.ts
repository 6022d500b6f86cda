/** Runs the embedded DynamoDB engine as a child process over a file or in memory, and never leaves it behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { systemAmbient } from '../ambient.ts'
import { GatewayError } from '../errors.ts'
import { type EngineCommand, findEngineCommand, type Variables } from './engine-command.ts'
import { lockFolder } from './folder-lock.ts'

export interface Engine {
  readonly endpoint: string
  /** Started by us, over a folder that is locked: nobody else uses it. */
  readonly isOwn: boolean
  stop(): Promise<void>
  /** Called when the engine ends although nobody stopped it. */
  onExit(callback: (reason: string) => void): void
}

interface Running {
  readonly child: ChildProcess
  /** What it last wrote to standard error. */
  readonly complaint: () => string
  readonly ended: Promise<void>
  readonly hasEnded: () => boolean
}

/** dynoxide needs 10 ms, Java on a busy machine 17 s (measured 2026-11). */
const readyWithinMs = 60_000
const stopWithinMs = 5_000

/** An endpoint named in the environment wins; else a child is started. `dataFolder` absent = in memory. */
export async function startEngine(options: {
  readonly dataFolder?: string
  readonly variables: Variables
}): Promise<Engine> {
  const { dataFolder, variables } = options
  const unlock = dataFolder === undefined ? () => {} : lockFolder(dataFolder)
  try {
    const named = variables.AWS_ENDPOINT_URL_DYNAMODB || variables.DYNAMODB_ENDPOINT
    if (named) return { endpoint: named, isOwn: false, stop: async () => unlock(), onExit: () => {} }
    return await startChild(findEngineCommand(variables), dataFolder, unlock)
  } catch (thrown) {
    unlock()
    throw thrown
  }
}

async function startChild(command: EngineCommand, folder: string | undefined, unlock: () => void): Promise<Engine> {
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    const running = spawnEngine(command, port, folder)
    const endpoint = `http://127.0.0.1:${port}`
    if (await becomesReady(endpoint, running)) return supervise(endpoint, running, announce(folder, endpoint, unlock))
    await endChild(running)
    const portWasTaken = running.complaint().includes('in use')
    if (!portWasTaken || tries === 5) throw startFailed(command, folder, running.complaint())
  }
}

/** Where the engine of a folder listens, for reports on a program that runs. Means nothing while the folder is not locked. */
const endpointFile = 'endpoint'

export function readEndpoint(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, endpointFile), 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

/** The returned `unlock` takes the announcement back first. */
function announce(folder: string | undefined, endpoint: string, unlock: () => void): () => void {
  if (folder === undefined) return unlock
  const path = join(folder, endpointFile)
  writeFileSync(path, endpoint, { mode: 0o600 })
  return () => {
    rmSync(path, { force: true })
    unlock()
  }
}

function startFailed(command: EngineCommand, folder: string | undefined, complaint: string): GatewayError {
  if (folder !== undefined && /not a (valid SQLite )?database|malformed|corrupt/i.test(complaint)) {
    const way = 'restore it from a copy, or start over with --fresh'
    return new GatewayError('internal', `the database in ${folder} is corrupt and cannot be opened; ${way}`)
  }
  const reason = complaint.trim().split('\n').at(-1) || `no answer within ${readyWithinMs / 1000} seconds`
  return new GatewayError('internal', `the DynamoDB engine ${command.name} did not start: ${reason}`)
}

/** In a group of its own, so that Ctrl-C in the terminal does not end it before the program has finished. */
function spawnEngine(command: EngineCommand, port: number, folder: string | undefined): Running {
  const child = spawn(command.program, command.arguments(port, folder), {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    windowsHide: true,
  })
  let tail = ''
  let hasEnded = false
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-4096)
  })
  const ended = new Promise<void>((resolve) => {
    const finish = () => {
      hasEnded = true
      resolve()
    }
    child.once('error', (error) => {
      tail += `\n${error.message}`
      finish()
    })
    child.once('close', finish)
  })
  return { child, complaint: () => tail, ended, hasEnded: () => hasEnded }
}

function supervise(endpoint: string, running: Running, unlock: () => void): Engine {
  const { child } = running
  const watcher = watchParent(child)
  const killNow = () => void child.kill('SIGKILL')
  process.once('exit', killNow)
  child.unref()
  unrefPipe(child.stderr)
  let isStopping = false
  const callbacks: ((reason: string) => void)[] = []
  void running.ended.then(() => {
    process.off('exit', killNow)
    watcher.kill('SIGKILL')
    unlock()
    const reason = running.complaint().trim().split('\n').at(-1) || 'it ended by itself'
    if (!isStopping) for (const callback of callbacks) callback(`the DynamoDB engine has ended: ${reason}`)
  })
  return {
    endpoint,
    isOwn: true,
    async stop() {
      isStopping = true
      await endChild(running)
    },
    onExit: (callback) => void callbacks.push(callback),
  }
}

/** A shell that waits for the end of a pipe from us. Whatever ends this process, SIGKILL too, closes it; the engine goes then. */
function watchParent(child: ChildProcess): ChildProcess {
  const script = 'cat >/dev/null; kill -9 "$0" 2>/dev/null'
  const watcher = spawn('sh', ['-c', script, String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watcher.on('error', () => {})
  watcher.unref()
  unrefPipe(watcher.stdin)
  return watcher
}

async function endChild(running: Running): Promise<void> {
  if (running.hasEnded()) return
  running.child.ref()
  running.child.kill('SIGTERM')
  const cancel = systemAmbient().schedule(stopWithinMs, () => running.child.kill('SIGKILL'))
  await running.ended
  cancel()
}

/** Pipes of a child are sockets; one that is not unreferenced keeps this process alive. */
function unrefPipe(pipe: object | null): void {
  if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
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

async function becomesReady(endpoint: string, running: Running): Promise<boolean> {
  const { now, schedule } = systemAmbient()
  const giveUpAtMs = now() + readyWithinMs
  while (now() < giveUpAtMs && !running.hasEnded()) {
    if (await answers(endpoint)) return !running.hasEnded()
    await new Promise<void>((resolve) => schedule(5, resolve))
  }
  return false
}

/** A real ListTables; engines accept any signature. */
function answers(endpoint: string): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.ListTables',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00',
      'x-amz-date': '20260101T000000Z',
    }
    const outgoing = request(endpoint, { method: 'POST', headers, timeout: 1_000 }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', () => resolve(false))
    outgoing.end('{}')
  })
}
