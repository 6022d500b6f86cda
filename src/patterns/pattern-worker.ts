/** Runs regular expressions that may backtrack without end in threads that can be ended. */
import { Worker } from 'node:worker_threads'

export interface PatternJob {
  readonly source: string
  readonly flags: string
  readonly text: string
  /** Absent = only whether it matches. */
  readonly replacement?: string
}

export type PatternResult = boolean | string

export interface PatternRun {
  readonly result: PatternResult
  /** Without the wait for a thread. */
  readonly ms: number
}

/** Two, so that one slow pattern does not hold up all others. */
const maxWorkers = 2
/** Behind so many patterns that do not finish nobody waits longer. */
const maxWaitMs = 2_000

const program = `
const { parentPort } = require('node:worker_threads')
parentPort.on('message', ({ source, flags, text, replacement }) => {
  const startedMs = performance.now()
  const pattern = new RegExp(source, flags)
  const result = replacement === undefined ? pattern.test(text) : text.replace(pattern, () => replacement)
  parentPort.postMessage({ result, ms: performance.now() - startedMs })
})
parentPort.postMessage('ready')
`

interface Waiting {
  readonly start: (worker: Worker) => void
  readonly timer: NodeJS.Timeout
}

const idle: Worker[] = []
const waiting: Waiting[] = []
let count = 0

/** undefined = it was not done in `timeLimitMs`, or no thread became free for it. */
export async function runInWorker(job: PatternJob, timeLimitMs: number): Promise<PatternRun | undefined> {
  const worker = await freeWorker()
  if (worker === undefined) return undefined
  return new Promise((resolve) => {
    const finish = (run: PatternRun | undefined) => {
      clearTimeout(timer)
      worker.off('message', finish).off('error', fail)
      release(worker, run !== undefined)
      resolve(run)
    }
    const fail = () => finish(undefined)
    // A result that has arrived but was not read yet counts: this thread may have been busy.
    const timer = setTimeout(() => setImmediate(fail), timeLimitMs)
    worker.once('message', finish).once('error', fail)
    worker.postMessage(job)
  })
}

function freeWorker(): Promise<Worker | undefined> {
  const worker = idle.pop()
  if (worker !== undefined) return Promise.resolve(worker)
  return new Promise((resolve) => {
    const mine: Waiting = {
      start(free) {
        clearTimeout(mine.timer)
        resolve(free)
      },
      timer: setTimeout(() => {
        waiting.splice(waiting.indexOf(mine), 1)
        resolve(undefined)
      }, maxWaitMs),
    }
    waiting.push(mine)
    if (count < maxWorkers) startWorker()
  })
}

/** It inherits neither environment nor flags; a pattern needs little memory. */
function startWorker(): void {
  count += 1
  const worker = new Worker(program, {
    eval: true,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
  })
  worker.unref()
  // Whoever waits for it hears of it besides; without a listener it would end the program.
  worker.on('error', () => {})
  const begin = (isUsable: boolean) => {
    worker.off('message', succeed).off('error', fail)
    release(worker, isUsable)
  }
  const succeed = () => begin(true)
  const fail = () => begin(false)
  worker.once('message', succeed).once('error', fail)
}

function release(worker: Worker, isUsable: boolean): void {
  if (!isUsable) {
    count -= 1
    void worker.terminate()
    if (waiting.length > 0 && count < maxWorkers) startWorker()
    return
  }
  const next = waiting.shift()
  if (next === undefined) idle.push(worker)
  else next.start(worker)
}
