/** Reads what forms and JSON have in common: in a form every value is text or a file. */
import { FormFile } from '../bytes/multipart-form.ts'
import type { JsonObject } from './protocol.ts'

/** The same fields, those named read as JSON would have them where they are numbers, `true` or `false`. */
export function typed(body: JsonObject, keys: readonly string[]): JsonObject {
  const read = keys.flatMap((key) => {
    const value = body[key]
    return typeof value === 'string' && /^(?:true|false|\d{1,15}(?:\.\d{1,15})?)$/.test(value)
      ? [[key, JSON.parse(value.replace(/^0+(?=\d)/, '')) as unknown]]
      : []
  })
  return { ...body, ...Object.fromEntries(read) }
}

export function isFile(value: unknown): value is FormFile {
  return value instanceof FormFile
}
