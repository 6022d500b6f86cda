/** Lambda's limit on a request, the same wherever the program runs: what is served on a laptop is served on AWS. */
import { GatewayError } from '../errors.ts'

/** Of the event that carries the request, as JSON. docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const eventBytes = 6 * 1024 * 1024
/** Left in the event for the path, the headers and what AWS adds. */
const envelopeBytes = 128 * 1024
export const maxBodyBytesInEvent = eventBytes - envelopeBytes

/** What one character can become at most: a control character, `\u0000`. */
const mostBytesPerCharacter = 6

export function bodyTooLarge(): GatewayError {
  return new GatewayError(
    'request_too_large',
    `the request body does not fit into the ${maxBodyBytesInEvent} bytes that AWS Lambda leaves for one: text counts with its quotes and line breaks escaped, anything else grows by a third (base64); send large files by reference`,
    { maxBytes: maxBodyBytesInEvent },
  )
}

export function fitsIntoEvent(body: Uint8Array, isText: boolean): boolean {
  if (!isText) return Math.ceil(body.length / 3) * 4 <= maxBodyBytesInEvent
  if (body.length * mostBytesPerCharacter <= maxBodyBytesInEvent) return true
  return escapedLength(body) <= maxBodyBytesInEvent
}

/** Content types that a function URL hands on as text; everything else comes as base64. */
export function isTextType(contentType: string | undefined): boolean {
  return /^\s*(?:text\/|application\/(?:[\w.+-]+\+)?(?:json|xml)\b|application\/javascript\b)/i.test(contentType ?? '')
}

const quote = 0x22
const backslash = 0x5c
/** Written as a backslash and a letter: backspace, tab, line feed, form feed, carriage return. */
const shortEscapes = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d])

/** Bytes of the text inside a JSON string. */
function escapedLength(text: Uint8Array): number {
  let length = text.length
  for (const byte of text) {
    if (byte === quote || byte === backslash || shortEscapes.has(byte)) length += 1
    else if (byte < 0x20) length += mostBytesPerCharacter - 1
  }
  return length
}
