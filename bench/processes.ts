/** Child processes on chosen cores, and what the kernel says they used. Everything started here is ended here. */
import { type ChildProcess, type Serializable, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Gateways on one core, the provider and the load on the other. */
export const gatewayCore = 0
export const loadCore = 1
export const isPinned = availableParallelism() > 1 && spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status === 0

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

export interface StartOptions {
  readonly core: number
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly hasChannel?: boolean
  readonly workingFolder?: string
}

export interface Started {
  readonly child: ChildProcess
  readonly pid: number
  /** Everything it wrote so far. */
  output(): string
  /** What it complained of on standard error as structured lines: message → how often. */
  readonly complaints: ReadonlyMap<string, number>
  readonly exited: Promise<void>
}

/** Starts Node with these arguments. */
export function startNode(args: readonly string[], options: StartOptions): Started {
  return startProgram(process.execPath, args, options)
}

/** taskset becomes the program that it starts, so the pid is the program's. */
export function startProgram(program: string, args: readonly string[], options: StartOptions): Started {
  const command = [...(isPinned ? ['taskset', '-c', String(options.core)] : []), program, ...args]
  const child = spawn(command[0] ?? program, command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe', ...(options.hasChannel ? (['ipc'] as const) : [])],
    env: { ...process.env, ...options.environment },
    ...(options.workingFolder === undefined ? {} : { cwd: options.workingFolder }),
  })
  children.add(child)
  let output = ''
  const complaints = new Map<string, number>()
  const collect = (chunk: Buffer) => {
    output = `${output}${chunk}`.slice(-20_000)
    for (const [, level, message] of String(chunk).matchAll(/"level":"(warn|error)","message":"([^"]*)"/g)) {
      const complaint = `${level}: ${message}`
      complaints.set(complaint, (complaints.get(complaint) ?? 0) + 1)
    }
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      children.delete(child)
      resolve()
    })
  })
  child.once('error', (error) => {
    output += error.message
  })
  if (child.pid === undefined) throw new Error(`could not start: ${command.join(' ')}`)
  return { child, pid: child.pid, output: () => output, complaints, exited }
}

/** Resolves with the milliseconds from now until the process's output matches. */
export function waitForOutput(started: Started, pattern: RegExp, limitMs = 20_000): Promise<RegExpMatchArray> {
  const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>()
  const give = (why: string) => reject(new Error(`${why}; its output:\n${started.output()}`))
  const timer = setTimeout(() => give(`nothing matched ${pattern} in ${limitMs} ms`), limitMs)
  const look = () => {
    const match = started.output().match(pattern)
    if (match !== null) resolve(match)
  }
  started.child.stdout?.on('data', look)
  started.child.stderr?.on('data', look)
  void started.exited.then(() => give('the process has ended'))
  look()
  return promise.finally(() => clearTimeout(timer))
}

export async function stop(started: Started, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  started.child.kill(signal)
  const timer = setTimeout(() => started.child.kill('SIGKILL'), 15_000)
  await started.exited
  clearTimeout(timer)
}

/** Sends one message and waits for one back. */
export function ask<Answer>(started: Started, message: Serializable, limitMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer in ${limitMs} ms:\n${started.output()}`)), limitMs)
    started.child.once('message', (answer) => {
      clearTimeout(timer)
      resolve(answer as Answer)
    })
    started.child.send(message)
  })
}

export interface Resources {
  /** User and system time. */
  readonly cpuMs: number
  readonly residentMb: number
}

const clockTicksPerSecond = Number(spawnSync('getconf', ['CLK_TCK']).stdout?.toString() || 100)

/** Linux only; elsewhere everything is NaN. */
export function readResources(pid: number): Resources {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const resident = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)
    const ticks = Number(fields[11]) + Number(fields[12])
    return { cpuMs: (ticks * 1000) / clockTicksPerSecond, residentMb: Number(resident?.[1]) / 1024 }
  } catch {
    return { cpuMs: Number.NaN, residentMb: Number.NaN }
  }
}

/** The processes that this one has started and that still run. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
      .map(Number)
  } catch {
    return []
  }
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
