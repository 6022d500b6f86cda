/** Token counts of this wire → the neutral ones. Its input counts neither what the cache gave nor what it took. */
import type { Usage } from '../../inference/index.ts'
import { count, isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

export function readUsage(wire: JsonObject): Usage {
  const written = count(wire.cacheWriteInputTokens)
  const written1h = writtenFor(wire.cacheDetails, '1h')
  const rest = written === undefined ? undefined : Math.max(0, written - (written1h ?? 0))
  return present({
    inputUncached: count(wire.inputTokens),
    inputCacheRead: count(wire.cacheReadInputTokens),
    inputCacheWrite5m: rest ?? writtenFor(wire.cacheDetails, '5m'),
    inputCacheWrite1h: written1h,
    output: count(wire.outputTokens),
    raw: wire,
  })
}

/** The part of the cache writes with this life. */
function writtenFor(details: unknown, ttl: string): number | undefined {
  if (!Array.isArray(details)) return undefined
  const counts = details.flatMap((each: unknown) => {
    const tokens = isObject(each) && each.ttl === ttl ? count(each.inputTokens) : undefined
    return tokens === undefined ? [] : [tokens]
  })
  return counts.length === 0 ? undefined : counts.reduce((total, tokens) => total + tokens, 0)
}
