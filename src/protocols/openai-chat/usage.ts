/** Token counts of this wire ⇄ the neutral ones. Here the prompt's count includes what came from a cache. */
import { totalInput, totalTokens, type Usage } from '../../inference/index.ts'
import { count, isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

export function readUsage(wire: JsonObject): Usage {
  const promptDetails = isObject(wire.prompt_tokens_details) ? wire.prompt_tokens_details : {}
  const outputDetails = isObject(wire.completion_tokens_details) ? wire.completion_tokens_details : {}
  const prompt = count(wire.prompt_tokens)
  const completion = count(wire.completion_tokens)
  const total = count(wire.total_tokens)
  const read =
    count(promptDetails.cached_tokens) ?? count(wire.prompt_cache_hit_tokens) ?? count(wire.cache_read_input_tokens)
  const written = count(promptDetails.cache_write_tokens) ?? count(wire.cache_creation_input_tokens)
  const reasoning = count(outputDetails.reasoning_tokens) ?? count(wire.reasoning_tokens)
  return present({
    ...(prompt === undefined
      ? {}
      : { inputUncached: uncached(prompt, (read ?? 0) + (written ?? 0), total, completion) }),
    inputCacheRead: read,
    inputCacheWrite5m: written,
    inputAudio: count(promptDetails.audio_tokens),
    inputImage: count(promptDetails.image_tokens),
    output: completion === undefined ? undefined : generated(completion, reasoning ?? 0, total, prompt),
    outputReasoning: reasoning,
    outputAudio: count(outputDetails.audio_tokens),
    outputImage: count(outputDetails.image_tokens),
    webSearches: count(wire.num_search_queries),
    raw: wire,
  })
}

/** A few providers count cached tokens beside the prompt, not inside it; their total gives them away. */
function uncached(prompt: number, cached: number, total: number | undefined, completion: number | undefined): number {
  const isBeside = cached > prompt || (cached > 0 && total === prompt + cached + (completion ?? 0))
  return isBeside ? prompt : prompt - cached
}

/** A few count reasoning beside the completion. */
function generated(
  completion: number,
  reasoning: number,
  total: number | undefined,
  prompt: number | undefined,
): number {
  const isBeside = reasoning > completion || (reasoning > 0 && total === (prompt ?? 0) + completion + reasoning)
  return isBeside ? completion + reasoning : completion
}

/** What is unknown is 0 here where the wire requires a number, and left out where it does not. */
export function writeUsage(usage: Usage): JsonObject {
  const { inputCacheRead, inputCacheWrite5m, inputCacheWrite1h, outputReasoning } = usage
  const isWriteKnown = inputCacheWrite5m !== undefined || inputCacheWrite1h !== undefined
  const promptDetails = present({ cached_tokens: inputCacheRead, audio_tokens: usage.inputAudio })
  const outputDetails = present({ reasoning_tokens: outputReasoning, audio_tokens: usage.outputAudio })
  return {
    prompt_tokens: totalInput(usage) ?? 0,
    completion_tokens: usage.output ?? 0,
    total_tokens: totalTokens(usage) ?? 0,
    ...(Object.keys(promptDetails).length === 0 ? {} : { prompt_tokens_details: promptDetails }),
    ...(Object.keys(outputDetails).length === 0 ? {} : { completion_tokens_details: outputDetails }),
    ...(inputCacheRead === undefined ? {} : { cache_read_input_tokens: inputCacheRead }),
    ...(isWriteKnown ? { cache_creation_input_tokens: (inputCacheWrite5m ?? 0) + (inputCacheWrite1h ?? 0) } : {}),
  }
}
