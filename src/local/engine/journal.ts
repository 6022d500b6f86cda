/** Collects the writes of one turn of the event loop into a batch and tells when it is stored. */
import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { writeFailed } from './errors.ts'
import { createBatchWriter, type Step, type StepParameter, type WriteBatch } from './write-batch.ts'
import type { WriterAnswer } from './writer-thread.ts'

export interface Journal {
  /** The batch that what is written now belongs to. */
  current(): number
  /** The last batch that is stored. */
  stored(): number
  /** `sql` is one of few texts: each is prepared once. */
  add(sql: string, parameters: readonly StepParameter[]): void
  /** Resolves to `value` when the batch is stored; rejects with `InternalServerError` when it is not and never will be. */
  whenStored<T>(batch: number, value: T): Promise<T>
  /** Stores what is waiting. */
  drain(): Promise<void>
  /** Called after every commit, and with the reason after one that failed. */
  onStored(callback: (failure?: Error) => void): void
  /** Called when nothing more can be stored. */
  onBroken(callback: (reason: string) => void): void
  /** Stores what is waiting and lets go of the file. */
  close(): Promise<void>
}

interface Waiting {
  readonly batch: number
  readonly resolve: () => void
  readonly reject: (reason: Error) => void
}

/** Carries batches out, now or in a while. */
interface Sender {
  send(batch: WriteBatch): void
  close(): Promise<void>
}

/** `schedule` runs its argument when the work at hand is done. */
function createJournal(
  openSender: (answered: (answer: WriterAnswer) => void, broken: (reason: string) => void) => Sender,
  schedule: (flush: () => void) => void,
): Journal {
  const waiting = new WaitingAnswers()
  const statements = new StatementNumbers()
  const onStored: ((failure?: Error) => void)[] = []
  const onBroken: ((reason: string) => void)[] = []
  let steps: Step[] = []
  let current = 1
  let stored = 0
  let epoch = 0

  const settle = ({ number, failure, ...answer }: WriterAnswer) => {
    if (answer.epoch < epoch) return
    const error = failure === undefined ? undefined : writeFailed(failure)
    if (error !== undefined) startAnew()
    stored = error === undefined ? number : current - 1
    for (const callback of onStored) callback(error)
    waiting.settle(stored, error)
  }
  /** What was decided upon writes that failed cannot be stored either. */
  const startAnew = () => {
    epoch += 1
    steps = []
    current += 1
  }
  const sender = openSender(settle, (reason) => {
    settle({ number: current, epoch, failure: reason })
    for (const callback of onBroken) callback(reason)
  })
  const flush = () => {
    if (steps.length === 0) return
    const batch = { number: current, epoch, statements: statements.takeNew(), steps }
    steps = []
    current += 1
    sender.send(batch)
  }
  const whenStored = <T>(batch: number, value: T) =>
    batch <= stored ? Promise.resolve(value) : waiting.add(batch, value)
  return {
    current: () => current,
    stored: () => stored,
    add(sql, parameters) {
      if (steps.length === 0) schedule(flush)
      steps.push([statements.numberOf(sql), parameters])
    },
    whenStored,
    drain() {
      flush()
      return whenStored(current - 1, undefined)
    },
    onStored: (callback) => void onStored.push(callback),
    onBroken: (callback) => void onBroken.push(callback),
    close() {
      flush()
      return sender.close()
    },
  }
}

/** Answers that are given when their batch is stored. */
class WaitingAnswers {
  #waiting: Waiting[] = []

  add<T>(batch: number, value: T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve: () => resolve(value), reject })
    })
  }

  settle(stored: number, error: Error | undefined): void {
    const done = this.#waiting.filter((one) => one.batch <= stored)
    this.#waiting = this.#waiting.filter((one) => one.batch > stored)
    for (const one of done) error === undefined ? one.resolve() : one.reject(error)
  }
}

/** A number for each text, so that a statement is sent once. */
class StatementNumbers {
  readonly #numbers = new Map<string, number>()
  #fresh: (readonly [number, string])[] = []

  numberOf(sql: string): number {
    const known = this.#numbers.get(sql)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(sql, number)
    this.#fresh.push([number, sql])
    return number
  }

  takeNew(): readonly (readonly [number, string])[] {
    const fresh = this.#fresh
    this.#fresh = []
    return fresh
  }
}

/** On the connection that also reads: for tables in memory. */
export function createDirectJournal(database: DatabaseSync): Journal {
  const writer = createBatchWriter(database)
  const open = (answered: (answer: WriterAnswer) => void): Sender => ({
    send(batch) {
      try {
        writer.write([batch])
        answered({ number: batch.number, epoch: batch.epoch })
      } catch (thrown) {
        const failure = thrown instanceof Error ? thrown.message : String(thrown)
        answered({ number: batch.number, epoch: batch.epoch, failure })
      }
    },
    async close() {},
  })
  return createJournal(open, queueMicrotask)
}

/** In a thread of its own, so that no request waits while the disk is written to. */
export function createThreadJournal(path: string): Journal {
  return createJournal((answered, broken) => openThread(path, answered, broken), setImmediate)
}

/** Of the thread that writes. */
const youngGenerationMb = 4

function openThread(path: string, answered: (answer: WriterAnswer) => void, broken: (reason: string) => void): Sender {
  const thread = new Worker(new URL('./writer-thread.ts', import.meta.url), {
    workerData: { path },
    // options of the program's own start mean nothing to a thread
    execArgv: [],
    // what it is sent is garbage as soon as it is written: a young generation of the usual 48 MB would only fill up
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
  })
  let isClosing = false
  let isEnded = false
  let sent = 0
  let last = 0
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  thread.unref()
  thread.on('message', (answer: WriterAnswer) => {
    last = answer.number
    if (last === sent && !isClosing) thread.unref()
    answered(answer)
  })
  thread.on('error', (error: Error) => broken(`the thread that writes the database has failed: ${error.message}`))
  void ended.then(() => {
    isEnded = true
    if (!isClosing) broken('the thread that writes the database has ended')
  })
  return {
    send(batch) {
      if (isEnded) {
        answered({ number: batch.number, epoch: batch.epoch, failure: 'the thread that writes the database has ended' })
        return
      }
      // while something is to be stored, the process stays
      if (last === sent) thread.ref()
      sent = batch.number
      thread.postMessage(batch)
    },
    async close() {
      isClosing = true
      thread.ref()
      thread.postMessage('close')
      await ended
    },
  }
}
