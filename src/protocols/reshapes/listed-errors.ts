/** Errors that come as a list: of texts, or of objects with a message. */
import { GatewayError } from '../../errors.ts'
import { isObject } from '../fields.ts'
import { readError } from '../openai-chat/errors.ts'

export function readListedErrors(status: number, body: string): GatewayError {
  const error = readError(status, body)
  const listed = listedIn(body)
  return listed === undefined || listed === '' ? error : new GatewayError(error.code, listed, error.facts)
}

function listedIn(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    if (!isObject(parsed) || !Array.isArray(parsed.errors)) return undefined
    const messages: readonly unknown[] = parsed.errors.map((each) => (isObject(each) ? each.message : each))
    return messages.filter((each) => typeof each === 'string' && each.trim() !== '').join('; ')
  } catch {
    return undefined
  }
}
