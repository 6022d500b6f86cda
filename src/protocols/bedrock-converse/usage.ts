/** Token counts of this wire → the neutral ones. Except for OpenAI's models, its input counts neither cache reads nor cache writes. */
import type { Usage } from '../../inference/index.ts'
import { findTraits } from '../../model-traits/index.ts'
import { count, isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

/** `model` is the id that was called. */
export function readUsage(wire: JsonObject, model = ''): Usage {
  const written = count(wire.cacheWriteInputTokens)
  const written1h = writtenFor(wire.cacheDetails, '1h')
  const rest = written === undefined ? undefined : Math.max(0, written - (written1h ?? 0))
  const read = count(wire.cacheReadInputTokens)
  const input = count(wire.inputTokens)
  /** OpenAI's models report cache reads and writes inside `inputTokens` as well (maximhq/bifrost#6942). */
  const isCacheCounted = input !== undefined && findTraits(model).maker === 'OpenAI'
  return present({
    inputUncached: isCacheCounted ? Math.max(0, input - (read ?? 0) - (written ?? 0)) : input,
    inputCacheRead: read,
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
