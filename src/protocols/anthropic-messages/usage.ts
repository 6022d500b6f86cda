/** Token counts of this wire ⇄ the neutral ones. */
import type { Usage } from '../../inference/index.ts'
import { count, isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { WireUsage } from './wire.ts'

/** Counts of a stream are cumulative: input never falls, so that a later placeholder 0 does not undo an earlier figure. */
function cumulative(value: unknown, before: number | undefined): number | undefined {
  const now = count(value)
  return now === undefined || before === undefined ? (now ?? before) : Math.max(now, before)
}

/** `before` is what the same stream said earlier; null members say nothing. */
export function readUsage(wire: JsonObject, before: Usage = {}): Usage {
  const details = wire.output_tokens_details
  const cache = readCache(wire, before)
  return present({
    inputUncached: uncached(wire.input_tokens, before, cache),
    ...cache,
    output: count(wire.output_tokens) ?? before.output,
    webSearches: cumulative(searchesIn(wire.server_tool_use), before.webSearches),
    outputReasoning: (isObject(details) ? count(details.thinking_tokens) : undefined) ?? before.outputReasoning,
    raw: mergeRaw(before.raw, wire),
  })
}

interface CacheCounts {
  readonly inputCacheRead: number | undefined
  readonly inputCacheWrite5m: number | undefined
  readonly inputCacheWrite1h: number | undefined
}

function readCache(wire: JsonObject, before: Usage): CacheCounts {
  const creation = wire.cache_creation
  const total = wire.cache_creation_input_tokens
  const written = isObject(creation)
    ? {
        inputCacheWrite5m: cumulative(creation.ephemeral_5m_input_tokens, before.inputCacheWrite5m),
        inputCacheWrite1h: cumulative(creation.ephemeral_1h_input_tokens, before.inputCacheWrite1h),
      }
    : readUnsplitWrite(total, before)
  return { inputCacheRead: cumulative(wire.cache_read_input_tokens, before.inputCacheRead), ...written }
}

/**
 * Kimi and Qwen report the whole prompt in `message_start` and its split between input and cache in `message_delta`
 * (maximhq/bifrost#5354), so cache tokens that are new in this event are taken out of the earlier input. The input of
 * all kinds together never falls.
 */
function uncached(wireInput: unknown, before: Usage, cache: CacheCounts): number | undefined {
  const now = count(wireInput)
  const earlier = before.inputUncached
  if (now === undefined || earlier === undefined || now >= earlier) return now ?? earlier
  const cachedNow = (cache.inputCacheRead ?? 0) + (cache.inputCacheWrite5m ?? 0) + (cache.inputCacheWrite1h ?? 0)
  const cachedBefore = (before.inputCacheRead ?? 0) + (before.inputCacheWrite5m ?? 0) + (before.inputCacheWrite1h ?? 0)
  return Math.max(now, earlier - (cachedNow - cachedBefore))
}

function searchesIn(serverTools: unknown): unknown {
  return isObject(serverTools) ? serverTools.web_search_requests : undefined
}

/** A total without its split: what is known to be one-hour stays so, the rest has the default life of five minutes. */
function readUnsplitWrite(total: unknown, before: Usage) {
  const known = count(total)
  const inputCacheWrite1h = before.inputCacheWrite1h
  const inputCacheWrite5m =
    known === undefined
      ? before.inputCacheWrite5m
      : Math.max(known - (inputCacheWrite1h ?? 0), before.inputCacheWrite5m ?? 0)
  return { inputCacheWrite5m, inputCacheWrite1h }
}

function mergeRaw(before: unknown, wire: JsonObject): JsonObject {
  if (!isObject(before)) return wire
  const merged: Record<string, unknown> = { ...before }
  for (const key in wire) if (wire[key] !== null) merged[key] = wire[key]
  return merged
}

/** Required counts that are unknown are written as 0, since the wire has no other way; optional ones as null. */
export function writeUsage(usage: Usage): WireUsage {
  const { inputCacheWrite5m, inputCacheWrite1h, outputReasoning } = usage
  const isWriteKnown = inputCacheWrite5m !== undefined || inputCacheWrite1h !== undefined
  const split = {
    ephemeral_5m_input_tokens: inputCacheWrite5m ?? 0,
    ephemeral_1h_input_tokens: inputCacheWrite1h ?? 0,
  }
  return {
    input_tokens: usage.inputUncached ?? 0,
    cache_creation_input_tokens: isWriteKnown ? (inputCacheWrite5m ?? 0) + (inputCacheWrite1h ?? 0) : null,
    cache_read_input_tokens: usage.inputCacheRead ?? null,
    ...(isWriteKnown ? { cache_creation: split } : {}),
    output_tokens: usage.output ?? 0,
    ...(outputReasoning === undefined ? {} : { output_tokens_details: { thinking_tokens: outputReasoning } }),
  }
}
