/** Looks at the first bytes of a provider's answer without taking them: what it is, whatever its label says. */
import type { Ambient } from '../../ambient.ts'
import { ChunkFeed, type ReadResult } from './chunk-feed.ts'
import type { SentResponse } from './patience.ts'

interface Begun {
  readonly response: SentResponse
  /** It begins as server-sent events do. */
  readonly isEvents: boolean
}

/** Enough for the longest name of a field and its colon. */
const enoughBytes = 8
/** Looked at again and again, as long as the answer may be waited for. */
const patienceMs = 60_000
const eventStart = /^\uFEFF?\s*(?:data|event|id|retry)?:/

/** Some servers and relays label their events text/plain, octet-stream or not at all (github.com/QuantumNous/new-api/issues/6082). */
export async function lookAtStart(response: SentResponse, ambient: Ambient): Promise<Begun> {
  const feed = new ChunkFeed(response, ambient)
  const begun: Uint8Array[] = []
  let length = 0
  let fed: ReadResult = { type: 'silence' }
  while (length < enoughBytes && fed.type !== 'end' && fed.type !== 'broken') {
    fed = await feed.next(patienceMs)
    if (fed.type !== 'chunk') continue
    begun.push(fed.bytes)
    length += fed.bytes.length
  }
  const start = Buffer.concat(begun).subarray(0, 64).toString('utf8')
  return { isEvents: eventStart.test(start), response: { ...response, body: continued(begun, feed, fed) } }
}

async function* continued(begun: readonly Uint8Array[], feed: ChunkFeed, last: ReadResult): AsyncIterable<Uint8Array> {
  try {
    yield* begun
    for (let fed = last; fed.type !== 'end'; fed = await feed.next(patienceMs)) {
      if (fed.type === 'broken') throw fed.cause
      if (fed !== last && fed.type === 'chunk') yield fed.bytes
    }
  } finally {
    feed.close()
  }
}
