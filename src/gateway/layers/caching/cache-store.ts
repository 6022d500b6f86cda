/** Keeps a good answer for the next identical request: collected as it passes, stored after the client's last byte. */

import { maxEntryCharacters, toCacheEntry } from '../../../cache/entry.ts'
import type { InferenceEvent } from '../../../inference/index.ts'
import type { Answer, StreamAnswer } from '../../line/answer.ts'
import type { Line } from '../../line/line.ts'
import type { Meter } from '../../line/meter.ts'
import { type CacheTicket, ticketOf } from './cache-ticket.ts'

/** The same answer, watched if the cache waits for it. */
export function captureForCache(answer: Answer, line: Line): Answer {
  const ticket = ticketOf(line)
  if (ticket === undefined) return answer
  if (answer.status !== 200 || answer.type === 'bytes') {
    ticket.lead.release()
    return answer
  }
  if (answer.type === 'stream') return watchStream(answer, ticket, line)
  const { events, body, meter } = answer
  settle({ ticket, line, meter, events, ...(body === undefined ? {} : { body }) })
  return answer
}

function watchStream(answer: StreamAnswer, ticket: CacheTicket, line: Line): StreamAnswer {
  const { source, meter } = answer
  const seen: InferenceEvent[] = answer.steps.flatMap((step) => step.events)
  const done = () => settle({ ticket, line, meter, events: seen })
  return {
    ...answer,
    source: {
      async next(patienceMs) {
        const fed = await source.next(patienceMs)
        if (fed.type === 'steps' && meter.characters <= maxEntryCharacters)
          for (const step of fed.steps) seen.push(...step.events)
        if (fed.type === 'end' || fed.type === 'broken') done()
        return fed
      },
      close() {
        done()
        source.close()
      },
    },
  }
}

interface Seen {
  readonly ticket: CacheTicket
  readonly line: Line
  readonly meter: Meter
  readonly events: readonly InferenceEvent[]
  readonly body?: Uint8Array
}

const settled = new WeakSet<CacheTicket>()

function settle({ ticket, line, meter, events, body }: Seen): void {
  if (settled.has(ticket)) return
  settled.add(ticket)
  const isTooLong = meter.characters > maxEntryCharacters || (body?.length ?? 0) > maxEntryCharacters
  const nowMs = line.ports.ambient.now()
  const answered = {
    events,
    isClamped: line.tried?.isClamped === true,
    ...(body === undefined ? {} : { body: Buffer.from(body).toString('utf8') }),
    ...(meter.usage === undefined ? {} : { usage: meter.usage }),
  }
  const times = { storedAtMs: nowMs, tookMs: nowMs - ticket.askedAtMs }
  const entry = isTooLong ? undefined : toCacheEntry(answered, times)
  if (isTooLong) tellTooLarge(line)
  if (entry !== undefined) ticket.entry = entry
  ticket.lead.share(entry)
}

/** Never throws: what cannot be kept is asked for again. */
export async function storeAnswer(line: Line): Promise<void> {
  const { record, ports } = line
  const ticket = ticketOf(line)
  if (ticket === undefined) return
  const { key, entry, maxAgeMs, semantic } = ticket
  if (entry === undefined || ports.cache === undefined || record.outcome !== 'completed' || record.status !== 200)
    return
  try {
    const expiresAtMs = entry.storedAtMs + maxAgeMs
    const kept = semantic === undefined ? entry : { ...entry, asked: semantic.text }
    const isKept = await ports.cache.answers.put(key, kept, expiresAtMs)
    if (!isKept) return tellTooLarge(line)
    if (semantic !== undefined)
      await ports.cache.vectors?.put({ partition: semantic.partition, id: key, vector: semantic.vector, expiresAtMs })
  } catch (cause) {
    ports.ambient.log({ level: 'warn', message: 'an answer could not be put into the cache', cause: String(cause) })
  }
}

function tellTooLarge({ record }: Line): void {
  record.warn([{ type: 'dropped', field: 'cache', reason: 'the answer is too large to be kept' }])
}
