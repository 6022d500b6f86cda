/** What a request to hear audio takes at most: seconds, and tokens where they are counted. */
import { billedUnit } from '../../model-traits/index.ts'
import { booleanAt, optional, present, stringAt, wrongField } from '../fields.ts'
import { isFile, typed } from '../form-fields.ts'
import { modelOf } from '../native.ts'
import type { JsonObject, Peek } from '../protocol.ts'
import { type AudioLength, lengthOfAudio, lengthOfBytes } from './audio.ts'

/** What is heard: 10 tokens a second at OpenAI, 32 at Gemini, the most known. */
const inputTokensPerSecond = 32
/** What is said: 6 syllables a second when fast, two tokens each. */
const outputTokensPerSecond = 12
const templateTokens = 64

/** The field that asks for more than one text, or for none that can be told from what is around it. */
function unreadableIn({ response_format: format, include }: JsonObject): string | undefined {
  if (format !== undefined && format !== 'json') return 'response_format'
  return Array.isArray(include) && include.includes('logprobs') ? 'include' : undefined
}

export function peekTranscription(fields: JsonObject): Peek {
  const body = typed(fields, ['stream'])
  const model = modelOf(body)
  const { seconds, isExact } = lengthIn(body)
  optional(body.response_format, 'response_format', stringAt)
  const prompt = optional(body.prompt, 'prompt', stringAt) ?? ''
  const isBySecond = billedUnit(model) === 'seconds'
  const tokens = (perSecond: number) => (isBySecond ? 0 : Math.ceil(seconds * perSecond) + templateTokens)
  return present({
    model,
    isStream: optional(body.stream, 'stream', booleanAt) ?? false,
    maxOutputTokens: tokens(outputTokensPerSecond),
    inputTokens: isBySecond ? 0 : tokens(inputTokensPerSecond) + Buffer.byteLength(prompt),
    isOutputFixed: true,
    answers: 1,
    wantsUsage: true,
    hasTools: false,
    units: { audioSeconds: seconds },
    isUnitsBound: isExact ? undefined : (true as const),
    unreadable: unreadableIn(body),
  })
}

/** The most that providers take of a file they fetch themselves. */
const mostFetchedBytes = 100 * 1024 * 1024

function lengthIn({ file, url }: JsonObject): AudioLength {
  if (isFile(file)) return lengthOfAudio(file.bytes)
  if (file === undefined && typeof url === 'string' && url !== '') return lengthOfBytes(mostFetchedBytes)
  throw wrongField('file', file, 'a file of audio')
}
