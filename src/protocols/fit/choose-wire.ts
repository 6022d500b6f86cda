/** Which requests OpenAI's chat endpoint refuses for a model, so that its Responses endpoint has to be asked. */
import type { InferenceRequest } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'

export function isRefusedByChat({ tools, reasoning }: InferenceRequest, { chat, efforts }: ModelTraits): boolean {
  if (chat === 'all') return false
  if (chat === 'none') return true
  if ((tools?.length ?? 0) === 0) return false
  const isOff = reasoning?.isEnabled === false && efforts?.includes('none') === true
  if (isOff || reasoning?.effort === 'none') return false
  const isAsked = reasoning?.effort !== undefined || reasoning?.budgetTokens !== undefined
  return chat === 'tools-with-effort-none' || isAsked
}
