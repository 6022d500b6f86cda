/** Which field of a request asks for the answer's text a second time, in a form that nobody here can change: log probabilities token by token, or speech. */
import { isObject } from './fields.ts'
import type { JsonObject } from './protocol.ts'

/** The field that asks for log probabilities, on any client wire; absent = none does. */
export function logprobsField(body: JsonObject): string | undefined {
  const { logprobs, top_logprobs: top, include } = body
  if ((logprobs ?? false) !== false) return 'logprobs'
  if ((top ?? 0) !== 0) return 'top_logprobs'
  if (Array.isArray(include) && include.includes('message.output_text.logprobs')) return 'include'
  const key = ['generationConfig', 'generation_config'].find((each) => {
    const settings = body[each]
    return isObject(settings) && (settings.responseLogprobs ?? settings.response_logprobs ?? false) !== false
  })
  return key === undefined ? undefined : `${key}.responseLogprobs`
}

/** The field that asks for speech beside or in place of text; absent = none does. */
export function speechField({ modalities, generationConfig: google }: JsonObject): string | undefined {
  if (Array.isArray(modalities) && modalities.includes('audio')) return 'modalities'
  const asked = isObject(google) ? google.responseModalities : undefined
  const isSpoken = Array.isArray(asked) && asked.some((each) => String(each).toUpperCase() === 'AUDIO')
  return isSpoken ? 'generationConfig.responseModalities' : undefined
}
