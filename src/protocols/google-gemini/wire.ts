/** The words of this wire: its id, why it stops, its families of models, and the few shapes that are written. */
import type { Carry, Finish, FinishReason } from '../../inference/index.ts'
import type { JsonObject, ProtocolId } from '../protocol.ts'

export const wireId: ProtocolId = 'google-gemini'

/** A piece of a message, in requests and answers alike. */
export type WirePart = JsonObject

export interface WireContent {
  readonly role: 'user' | 'model'
  readonly parts: WirePart[]
}

/** Where a signature stood; see signature.ts. */
export type SignaturePlace = 'call' | 'text' | 'thought'

const reasonOfWord: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  FUNCTION_CALL: 'tool-calls',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  LANGUAGE: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
}

/** The model's attempt at an answer was thrown away by the provider. */
const failedWords: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
])

export function isFailure(word: string): boolean {
  return failedWords.has(word)
}

/** This wire has no word for a stop in order to call tools. */
export function readFinish(word: string, hasToolCall: boolean): Finish {
  const known = Object.hasOwn(reasonOfWord, word) ? reasonOfWord[word] : undefined
  const reason = known ?? 'other'
  const isPlain = reason === 'stop' || reason === 'other'
  return { reason: isPlain && hasToolCall ? 'tool-calls' : reason, raw: word }
}

/** The carried fields if this wire said them. */
export function ownFields(carry: Carry | undefined): JsonObject | undefined {
  return carry?.wire === wireId ? carry.fields : undefined
}
