/** A readable stream as the body of an answer: chunks as they are asked for, or all as they come. Node's own iteration makes several promises for each chunk. */
import { finished, type Readable } from 'node:stream'
import type { BodyListener, UpstreamBody } from '../gateway/ports.ts'

/** Use either `drain` or the iteration, once. */
export function streamBody(stream: Readable): UpstreamBody {
  return {
    drain: (into) => drain(stream, into),
    [Symbol.asyncIterator]: () => iterate(stream),
  }
}

function drain(stream: Readable, into: BodyListener): () => void {
  finished(stream, { writable: false }, (error) => (error ? into.broken(error) : into.end()))
  stream.on('data', (chunk: Uint8Array) => into.chunk(chunk))
  return () => void stream.destroy()
}

const over: IteratorReturnResult<undefined> = { done: true, value: undefined }

interface Waiting {
  resolve(result: IteratorResult<Uint8Array, undefined>): void
  reject(reason: unknown): void
}

function iterate(stream: Readable): AsyncIterator<Uint8Array, undefined> {
  let waiting: Waiting | undefined
  let isOver = false
  let error: unknown
  /** Everything that has come is one chunk. */
  const take = () => {
    if (waiting === undefined) return
    const chunk: Uint8Array | null = stream.read()
    if (chunk === null && !isOver) return
    const { resolve, reject } = waiting
    waiting = undefined
    if (chunk !== null) resolve({ done: false, value: chunk })
    else if (error === undefined) resolve(over)
    else reject(error)
  }
  stream.on('readable', take)
  finished(stream, { writable: false }, (broken) => {
    isOver = true
    error = broken ?? undefined
    take()
  })
  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        take()
      }),
    return() {
      stream.destroy()
      return Promise.resolve(over)
    },
  }
}
