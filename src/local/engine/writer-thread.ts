/** The thread that commits to the database file: whatever batches are waiting go into one commit, so that many requests share one write to the disk. */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { reopenDatabase } from './database-file.ts'
import { createBatchWriter, type WriteBatch } from './write-batch.ts'

/** What the thread is sent: a batch, or the word to end. */
export type WriterMessage = WriteBatch | 'close'

export interface WriterAnswer {
  /** Of the last batch that is stored, or that failed with all those sent since the last answer. */
  readonly number: number
  readonly epoch: number
  readonly failure?: string
}

const port = parentPort as MessagePort
const { path } = workerData as { readonly path: string }
const database = reopenDatabase(path)
const writer = createBatchWriter(database)
/** The last epoch of which a batch failed; the others of that epoch build upon it. */
let failedEpoch = -1

port.on('message', (first: WriterMessage) => {
  const messages: WriterMessage[] = [first]
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
    messages.push(next.message as WriterMessage)
  const batches = messages.filter((message) => message !== 'close')
  if (batches.length > 0) port.postMessage(write(batches))
  if (batches.length < messages.length) {
    database.close()
    port.close()
  }
})

function write(batches: readonly WriteBatch[]): WriterAnswer {
  const { number = 0, epoch = 0 } = batches.at(-1) ?? {}
  const valid = batches.filter((batch) => batch.epoch > failedEpoch)
  for (const batch of batches) if (!valid.includes(batch)) writer.prepare(batch)
  try {
    writer.write(valid)
    return { number, epoch }
  } catch (thrown) {
    failedEpoch = epoch
    return { number, epoch, failure: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}
