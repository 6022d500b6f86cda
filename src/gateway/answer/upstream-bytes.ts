/** A provider's answer as bytes: all of it at once, or chunk by chunk, metered as it passes. */

import { GatewayError, toGatewayError } from '../../errors.ts'
import type { ByteSource } from '../line/answer.ts'
import type { Line } from '../line/line.ts'
import type { Meter } from '../line/meter.ts'
import type { UpstreamResponse } from '../ports.ts'
import { ChunkFeed } from './chunk-feed.ts'

/** What comes beyond it is left. */
export async function readBytes(body: AsyncIterable<Uint8Array>, maxBytes: number, line: Line): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      length += chunk.length
      if (length > maxBytes) break
    }
  } catch (cause) {
    throw brokenBy(line, cause)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

/** The reason of our own abort, else the provider's fault. */
export function brokenBy(line: Line, cause: unknown): GatewayError {
  const { signal } = line.lifeline
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
  readonly response: UpstreamResponse
  readonly meter: Meter
  readonly line: Line
}

/** Looked at again and again: nothing can be written into such an answer to keep a client waiting. */
const patienceMs = 60_000

/** Resolves with the first chunk, so that a break before it can still go to the next target. */
export async function openByteSource({ response, meter, line }: Metered): Promise<ByteSource> {
  const feed = new ChunkFeed(response.body, line.ports.ambient)
  const isText = response.headers['content-type']?.startsWith('text/') === true
  const read = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      const { signal } = line.lifeline
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
