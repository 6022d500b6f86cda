/** Token counts of this wire ⇄ the neutral ones. Here the input's count includes what came from a cache. */
import { totalInput, totalTokens, type Usage } from '../../inference/index.ts'
import { count, isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

export function readUsage(wire: JsonObject): Usage {
  const inputDetails = isObject(wire.input_tokens_details) ? wire.input_tokens_details : {}
  const outputDetails = isObject(wire.output_tokens_details) ? wire.output_tokens_details : {}
  const input = count(wire.input_tokens)
  const read = count(inputDetails.cached_tokens)
  const written = count(inputDetails.cache_write_tokens)
  return present({
    inputUncached: input === undefined ? undefined : Math.max(0, input - (read ?? 0) - (written ?? 0)),
    inputCacheRead: read,
    inputCacheWrite5m: written,
    inputAudio: count(inputDetails.audio_tokens),
    inputImage: count(inputDetails.image_tokens),
    output: count(wire.output_tokens),
    outputReasoning: count(outputDetails.reasoning_tokens),
    outputAudio: count(outputDetails.audio_tokens),
    raw: wire,
  })
}

/** The wire requires every number: what is unknown is 0. */
export function writeUsage(usage: Usage): JsonObject {
  const { inputCacheWrite5m, inputCacheWrite1h } = usage
  const isWriteKnown = inputCacheWrite5m !== undefined || inputCacheWrite1h !== undefined
  const written = isWriteKnown ? { cache_write_tokens: (inputCacheWrite5m ?? 0) + (inputCacheWrite1h ?? 0) } : {}
  return {
    input_tokens: totalInput(usage) ?? 0,
    input_tokens_details: { cached_tokens: usage.inputCacheRead ?? 0, ...written },
    output_tokens: usage.output ?? 0,
    output_tokens_details: { reasoning_tokens: usage.outputReasoning ?? 0 },
    total_tokens: totalTokens(usage) ?? 0,
  }
}
