/** Errors in this wire's words: as a body, as a frame, and read back from a provider. */
import { GatewayError } from '../../errors.ts'
import { isObject, parseObject } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

const statusOfWord: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  timeout_error: 504,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  overloaded_error: 529,
}

const wordOfStatus: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

function errorWord(error: GatewayError): string {
  if (Object.hasOwn(statusOfWord, error.type)) return error.type
  return wordOfStatus[error.status] ?? (error.status >= 500 ? 'api_error' : 'invalid_request_error')
}

/** The wire's shape, with `code`, `param` and the family's own type word alongside for clients that match on them. */
export function writeError(error: GatewayError, traceId: string): string {
  return JSON.stringify({
    type: 'error',
    error: {
      type: errorWord(error),
      message: error.message,
      code: error.wireCode,
      param: error.facts.param ?? null,
      details: { error_code: error.type },
    },
    ...(traceId === '' ? {} : { request_id: traceId }),
    status: 'failure',
    message: error.message,
  })
}

export function writeStreamError(error: GatewayError, traceId: string): string {
  return `event: error\ndata: ${writeError(error, traceId)}\n\n`
}

/** An `error` object in a body of status 200 or in a stream: the status is the one its word stands for. */
export function readErrorObject(body: JsonObject): GatewayError {
  const word = errorObject(body).type
  const status = typeof word === 'string' && Object.hasOwn(statusOfWord, word) ? statusOfWord[word] : undefined
  return providerError(status ?? 500, body, JSON.stringify(body))
}

export function readError(status: number, body: string): GatewayError {
  const parsed = parseObject(body)
  if (parsed) return providerError(status, parsed, body)
  return new GatewayError('upstream_rejected', `the provider answered ${status} ${describeText(body)}`, {
    status,
    rawBody: body,
    isRetryable: isRetryable(status),
  })
}

/** What was said is no answer of this wire. */
export function notThisWire(what: string, body: string): GatewayError {
  return new GatewayError('upstream_rejected', `the provider's answer is not in the messages format: ${what}`, {
    rawBody: body,
  })
}

function providerError(status: number, body: JsonObject, rawBody: string): GatewayError {
  const { type, message, code } = errorObject(body)
  const said = typeof message === 'string' && message.trim() !== '' ? message : undefined
  return new GatewayError('upstream_rejected', said ?? `the provider answered ${status} without a message`, {
    status,
    rawBody,
    isRetryable: isRetryable(status),
    ...(typeof type === 'string' && type !== 'error' ? { type } : {}),
    ...(typeof code === 'string' ? { wireCode: code } : {}),
  })
}

/** `{error:{…}}`, `{error:"…"}`, `{message}` and `{detail}` all occur behind proxies and compatible servers. */
function errorObject(body: JsonObject): JsonObject {
  const { error } = body
  if (isObject(error)) return error
  if (typeof error === 'string') return { message: error }
  return { type: body.type, message: body.message ?? body.detail, code: body.code }
}

function isRetryable(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500
}

function describeText(body: string): string {
  const text = body.trim()
  if (text === '') return 'without a body'
  const title = /<title[^>]*>([^<]{1,120})/i.exec(text)?.[1]?.trim()
  if (title) return `with a page titled '${title}'`
  if (text.startsWith('<')) return 'with a page that is not JSON'
  return `with text that is not JSON: '${text.slice(0, 120)}'`
}
