/** Bytes of a request → JSON object. Whatever was sent, the outcome is an object or a clear refusal. */
import { GatewayError } from '../errors.ts'
import type { JsonObject } from './request.ts'

const maxBytes = 1_000_000
/** Deeper documents break recursive code further on. */
const maxDepth = 32

export function readBody(bytes: Uint8Array): JsonObject {
  if (bytes.length > maxBytes)
    throw new GatewayError('request_too_large', `the body has ${bytes.length} bytes; at most ${maxBytes} are allowed`)
  const text = decode(bytes)
  if (text.trim() === '') return {}
  if (isTooDeep(text)) throw invalid(`the body is nested deeper than ${maxDepth} levels; flatten it`)
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`the body is ${Array.isArray(value) ? 'an array' : JSON.stringify(value)}; it must be a JSON object`)
  return value as JsonObject
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalid('the body is not valid UTF-8; send JSON text encoded as UTF-8')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    // the parser's own words quote the text, which may hold a credential
    const position = thrown instanceof Error ? /position (\d+)/.exec(thrown.message)?.[1] : undefined
    const where = position === undefined ? '' : ` at character ${position}`
    throw invalid(`the body is not valid JSON${where}; send one JSON object`)
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let isInString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isInString) {
      if (character === '\\') at++
      else if (character === '"') isInString = false
    } else if (character === '"') isInString = true
    else if (character === '{' || character === '[') {
      if (++depth > maxDepth) return true
    } else if (character === '}' || character === ']') depth--
  }
  return false
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
