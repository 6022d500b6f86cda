/** Collects the writes of one turn of the event loop into a batch and tells when it is stored. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { writeFailed } from './errors.ts'
import { createBatchWriter, type Step, type WriteBatch } from './write-batch.ts'
import type { WriterAnswer } from './writer-thread.ts'

export interface Journal {
  /** The batch that what is written now belongs to. */
  readonly current: number
  /** The last batch that is stored. */
  readonly stored: number
  /** `sql` is one of few texts: each is prepared once. */
  add(sql: string, parameters: readonly SQLInputValue[]): void
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
  const numbers = new Map<string, number>()
  const onStored: ((failure?: Error) => void)[] = []
  const onBroken: ((reason: string) => void)[] = []
  let statements: (readonly [number, string])[] = []
  let steps: Step[] = []
  let waiting: Waiting[] = []
  let current = 1
  let stored = 0
  let epoch = 0

  const settle = ({ number, failure, ...answer }: WriterAnswer) => {
    if (answer.epoch < epoch) return
    const error = failure === undefined ? undefined : writeFailed(failure)
    if (error !== undefined) startAnew()
    stored = error === undefined ? number : current - 1
    const done = waiting.filter((one) => one.batch <= stored)
    waiting = waiting.filter((one) => one.batch > stored)
    for (const callback of onStored) callback(error)
    for (const one of done) error === undefined ? one.resolve() : one.reject(error)
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
    const batch = { number: current, epoch, statements, steps }
    statements = []
    steps = []
    current += 1
    sender.send(batch)
  }
  const whenStored = <T>(batch: number, value: T) =>
    new Promise<T>((resolve, reject) => {
      if (batch <= stored) resolve(value)
      else waiting.push({ batch, resolve: () => resolve(value), reject })
    })
  return {
    get current() {
      return current
    },
    get stored() {
      return stored
    },
    add(sql, parameters) {
      let number = numbers.get(sql)
      if (number === undefined) {
        number = numbers.size
        numbers.set(sql, number)
        statements.push([number, sql])
      }
      if (steps.length === 0) schedule(flush)
      steps.push([number, parameters])
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

function openThread(path: string, answered: (answer: WriterAnswer) => void, broken: (reason: string) => void): Sender {
  const thread = new Worker(new URL('./writer-thread.ts', import.meta.url), {
    workerData: { path },
    // options of the program's own start mean nothing to a thread
    execArgv: [],
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
