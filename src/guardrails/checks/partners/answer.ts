/** Reads what a service answered; throws where it does not say what it has to. */
import { isObject, type JsonObject } from '../../check-parameters.ts'

/** The part of an answer that must be there. */
export function requireObject(answer: JsonObject, key: string): JsonObject {
  const value = answer[key]
  if (isObject(value)) return value
  throw new Error(`the answer has no object '${key}'`)
}

export function requireBoolean(answer: JsonObject, key: string): boolean {
  const value = answer[key]
  if (typeof value === 'boolean') return value
  throw new Error(`the answer has no '${key}' that is true or false`)
}

export function requireString(answer: JsonObject, key: string): string {
  const value = answer[key]
  if (typeof value === 'string') return value
  throw new Error(`the answer has no text '${key}'`)
}

/** What is no object is left out; no list at all is an error. */
export function requireObjects(answer: JsonObject, key: string): readonly JsonObject[] {
  const value = answer[key]
  if (Array.isArray(value)) return value.filter(isObject)
  throw new Error(`the answer has no list '${key}'`)
}

/** Keys whose value is true. */
export function trueKeys(flags: unknown): readonly string[] {
  return isObject(flags) ? Object.keys(flags).filter((key) => flags[key] === true) : []
}
