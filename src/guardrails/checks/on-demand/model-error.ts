/** What a model that was asked says of its own failure. */
import { isObject, type JsonObject } from '../../check-parameters.ts'

/** The message of a model's error, as the end of a sentence; '' when there is none. */
export function modelErrorSuffix({ error }: JsonObject): string {
  const message = isObject(error) ? error.message : undefined
  return typeof message === 'string' ? `: ${message.slice(0, 200)}` : ''
}
