/** Errors in this wire's words. Bodies are those of its family; in a stream it has events of its own. */
import { GatewayError } from '../../errors.ts'
import { isObject } from '../fields.ts'
import { readErrorBody as readFamilyError } from '../openai-chat/errors.ts'
import type { JsonObject } from '../protocol.ts'

export { interrupted, readError, writeError } from '../openai-chat/errors.ts'

/** `server_error` is what clients of this wire try again after; a word of the request's fault would stop them. */
function codeOf(error: GatewayError): string {
  if (error.status === 429) return error.wireCode === 'insufficient_quota' ? error.wireCode : 'rate_limit_exceeded'
  if (error.code === 'upstream_rejected' && error.wireCode !== null) return error.wireCode
  return error.status >= 500 ? 'server_error' : (error.wireCode ?? error.type)
}

/** `response.error` of a failed response. */
export function writeFailure(error: GatewayError): JsonObject {
  return { code: codeOf(error), message: error.message }
}

/** Clients look for the members at the top or inside `error`; both are there. Without a stream's state its number is 0. */
export function writeStreamError(error: GatewayError, traceId: string, sequenceNumber = 0): string {
  const { message, type } = error
  const members = { code: codeOf(error), message, param: error.facts.param ?? null }
  const event = {
    type: 'error',
    sequence_number: sequenceNumber,
    ...members,
    error: { type, ...members },
    ...(traceId === '' ? {} : { trace_id: traceId }),
  }
  return `event: error\ndata: ${JSON.stringify(event)}\n\n`
}

/** Codes of a failed response that are the request's fault. */
const requestCode = /^(?:invalid_|image_|empty_image|unsupported_image|failed_to_download|.*_policy)/

/** An error under status 200: a body, an `error` event, or the `error` of a failed response. */
export function readErrorBody(body: JsonObject): GatewayError {
  const error = isObject(body.error) ? body.error : body
  const read = readFamilyError({ error })
  const isRequest = typeof error.code === 'string' && requestCode.test(error.code)
  if (read.status !== 502 || !isRequest) return read
  return new GatewayError(read.code, read.message, { ...read.facts, status: 400, isRetryable: false })
}

export function isErrorBody(body: JsonObject): boolean {
  return isObject(body.error) || typeof body.error === 'string'
}

/** What came is no answer of this wire. */
export function notThisWire(problem: string, body: JsonObject): GatewayError {
  return new GatewayError('upstream_rejected', `the provider's answer is not a response: ${problem}`, {
    rawBody: JSON.stringify(body),
  })
}
