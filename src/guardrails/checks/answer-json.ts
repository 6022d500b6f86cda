/** What somebody who was asked answered, as JSON. */
import { isObject, type JsonObject } from '../given.ts'

/** undefined = it is no JSON object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The message of a model's error, as the end of a sentence; '' when there is none. */
export function saidIn({ error }: JsonObject): string {
  const message = isObject(error) ? error.message : undefined
  return typeof message === 'string' ? `: ${message.slice(0, 200)}` : ''
}
