/** Token counts of this wire as neutral ones: the prompt's hold what the cache gave, the candidates' not what was thought. */
import type { Usage } from '../../inference/index.ts'
import { count, isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

/** `isFinal` = the answer is whole, so that a count that is missing can be had from the total; the kinds of media are counted then. */
export function readUsage(wire: JsonObject, isFinal: boolean): Usage {
  const prompt = count(wire.promptTokenCount)
  const cached = count(wire.cachedContentTokenCount)
  const toolUse = count(wire.toolUsePromptTokenCount)
  const thoughts = count(wire.thoughtsTokenCount)
  const spoken = count(wire.candidatesTokenCount) ?? (isFinal ? rest(wire, prompt, toolUse, thoughts) : undefined)
  const usage = present({
    inputUncached: prompt === undefined ? undefined : Math.max(0, prompt - (cached ?? 0)) + (toolUse ?? 0),
    inputCacheRead: cached,
    output: spoken === undefined && thoughts === undefined ? undefined : (spoken ?? 0) + (thoughts ?? 0),
    outputReasoning: thoughts,
    raw: wire,
  })
  return isFinal ? { ...usage, ...readMedia(wire) } : usage
}

function readMedia(wire: JsonObject): Usage {
  return present({
    inputAudio: uncachedOf(wire, 'AUDIO'),
    inputImage: uncachedOf(wire, 'IMAGE'),
    outputAudio: modality(wire.candidatesTokensDetails, 'AUDIO'),
    outputImage: modality(wire.candidatesTokensDetails, 'IMAGE'),
  })
}

function rest(wire: JsonObject, prompt?: number, toolUse?: number, thoughts?: number): number | undefined {
  const total = count(wire.totalTokenCount)
  if (total === undefined || prompt === undefined) return undefined
  return Math.max(0, total - prompt - (toolUse ?? 0) - (thoughts ?? 0))
}

function uncachedOf(wire: JsonObject, name: string): number | undefined {
  const all = modality(wire.promptTokensDetails, name)
  return all === undefined ? undefined : Math.max(0, all - (modality(wire.cacheTokensDetails, name) ?? 0))
}

function modality(details: unknown, name: string): number | undefined {
  if (!Array.isArray(details)) return undefined
  const row: unknown = details.find((each) => isObject(each) && each.modality === name)
  return isObject(row) ? count(row.tokenCount) : undefined
}
