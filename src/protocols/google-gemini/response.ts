/** Reads a provider's whole answer as events. */
import type { InferenceEvent } from '../../inference/index.ts'
import { isObject } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { notThisWire, readErrorObject } from './errors.ts'
import { GeminiStreamReader } from './stream.ts'

export function readAnswer(body: JsonObject): readonly InferenceEvent[] {
  if (isObject(body.error)) return [{ type: 'error', error: readErrorObject(body) }]
  const hasCandidate = Array.isArray(body.candidates) && isObject(body.candidates[0])
  if (!hasCandidate && !isObject(body.promptFeedback)) throw notThisWire('it has no candidates', body)
  const reader = new GeminiStreamReader()
  return [...reader.read(body), ...reader.end()]
}
