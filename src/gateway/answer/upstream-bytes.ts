/** A provider's answer as bytes: all of it at once, or chunk by chunk, metered as it passes. */

import { GatewayError, toGatewayError } from '../../errors.ts'
import type { ByteSource } from '../line/answer.ts'
import type { Line } from '../line/line.ts'
import type { Meter } from '../line/meter.ts'
import type { UpstreamBody } from '../ports.ts'
import { answerMemory } from './answer-memory.ts'
import { ChunkFeed } from './chunk-feed.ts'
import type { Patience, SentResponse } from './patience.ts'

/** All of an answer, within the bounds of this process's memory; compressed ones by what they unpack to. Throws GatewayError. */
export function readWholeBody(response: SentResponse, line: Line): Promise<Uint8Array> {
  const { drain } = response.body
  return drain === undefined ? iterateWhole(response, line) : drainWhole(response, drain, line)
}

/** One promise and one timer, however many chunks come. */
function drainWhole(
  { headers, patience }: SentResponse,
  drain: NonNullable<UpstreamBody['drain']>,
  line: Line,
): Promise<Uint8Array> {
  const { ambient } = line.ports
  const chunks: Uint8Array[] = []
  return new Promise((resolve, reject) => {
    const share = answerMemory.open(Number(headers['content-length'] ?? 0), line.cancellation.signal)
    let lastAtMs: number | undefined
    let stop = () => {}
    let cancel = () => {}
    let isOver = false
    const finish = (settle: () => void) => {
      if (isOver) return
      isOver = true
      cancel()
      settle()
    }
    const fail = (cause: unknown) =>
      finish(() => {
        reject(brokenBy(line, cause))
        stop()
      })
    const watchSilence = ({ contentDueAtMs, idleMs, giveUp }: Patience) => {
      const leftMs = (lastAtMs === undefined ? contentDueAtMs : lastAtMs + idleMs) - ambient.now()
      if (leftMs <= 0) fail(giveUp(lastAtMs === undefined ? 'first_content' : 'idle'))
      else cancel = ambient.schedule(leftMs, () => watchSilence({ contentDueAtMs, idleMs, giveUp }))
    }
    if (patience !== undefined) watchSilence(patience)
    stop = drain({
      chunk(bytes) {
        lastAtMs = ambient.now()
        try {
          if (!isOver) share.add(bytes.length)
          chunks.push(bytes)
        } catch (thrown) {
          fail(thrown)
        }
      },
      end: () => finish(() => resolve(joined(chunks))),
      broken: fail,
    })
  })
}

async function iterateWhole(response: SentResponse, line: Line): Promise<Uint8Array> {
  const feed = new ChunkFeed(response, line.ports.ambient)
  const chunks: Uint8Array[] = []
  try {
    const share = answerMemory.open(Number(response.headers['content-length'] ?? 0), line.cancellation.signal)
    for (;;) {
      const fed = await feed.next(patienceMs)
      if (fed.type === 'broken') throw brokenBy(line, fed.cause)
      if (fed.type === 'end') break
      if (fed.type !== 'chunk') continue
      share.add(fed.bytes.length)
      chunks.push(fed.bytes)
    }
  } finally {
    feed.close()
  }
  return joined(chunks)
}

/** Without a copy where there is one. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

/** The beginning of what a provider says beside a status, which is told as well without it: neither length nor time is waited for. */
export async function readSome(
  response: SentResponse,
  most: { readonly bytes: number; readonly ms: number },
  line: Line,
): Promise<Uint8Array> {
  const { ambient } = line.ports
  const feed = new ChunkFeed(response, ambient)
  const untilMs = ambient.now() + most.ms
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    while (length <= most.bytes) {
      const fed = await feed.next(Math.max(0, untilMs - ambient.now()))
      if (fed.type === 'broken') throw brokenBy(line, fed.cause)
      if (fed.type !== 'chunk') break
      chunks.push(fed.bytes)
      length += fed.bytes.length
    }
  } finally {
    feed.close()
  }
  return Buffer.concat(chunks)
}

/** The reason of our own abort, else the provider's fault. */
export function brokenBy(line: Line, cause: unknown): GatewayError {
  const { signal } = line.cancellation
  if (signal.aborted && signal.reason instanceof GatewayError) return signal.reason
  if (cause instanceof GatewayError) return cause
  return new GatewayError(
    'upstream_unavailable',
    'the provider closed the connection before its answer was whole',
    { mayBeBilled: true },
    cause,
  )
}

interface Metered {
  readonly response: SentResponse
  readonly meter: Meter
  readonly line: Line
}

/** Looked at again and again: nothing can be written into such an answer to keep a client waiting. */
export const patienceMs = 60_000

/** Resolves with the first chunk, so that a break before it can still go to the next target. */
export async function openByteSource({ response, meter, line }: Metered): Promise<ByteSource> {
  const feed = new ChunkFeed(response, line.ports.ambient)
  const isText = response.headers['content-type']?.startsWith('text/') === true
  const read = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      const { signal } = line.cancellation
      if (signal.aborted) throw toGatewayError(signal.reason)
      const fed = await feed.next(patienceMs)
      if (fed.type === 'broken') throw brokenBy(line, fed.cause)
      if (fed.type === 'end') {
        meter.push([{ type: 'response-end', finish: { reason: 'stop' } }])
        return undefined
      }
      if (fed.type === 'silence') continue
      meter.hasAnswer = true
      if (isText) {
        meter.characters += fed.bytes.length
        meter.bytes += fed.bytes.length
      }
      return fed.bytes
    }
  }
  let waiting = [await read()]
  meter.hasAnswer = true
  return {
    next() {
      const [first] = waiting
      if (waiting.length === 0) return read()
      waiting = []
      return Promise.resolve(first)
    },
    close: () => feed.close(),
  }
}

/** For an answer that is here already. */
export function byteSourceOf(bytes: Uint8Array): ByteSource {
  let rest: Uint8Array | undefined = bytes
  return {
    next() {
      const next = rest
      rest = undefined
      return Promise.resolve(next)
    },
    close: () => {},
  }
}
