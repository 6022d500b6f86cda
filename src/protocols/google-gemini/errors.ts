/** Errors as providers of this wire write them: one object, or an array of one where a stream was asked for. */
import { GatewayError } from '../../errors.ts'
import { isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

/** The wire's words by the family's own, where the status alone would say less. */
const typeOfWord: Readonly<Record<string, string>> = {
  INVALID_ARGUMENT: 'invalid_request_error',
  FAILED_PRECONDITION: 'invalid_request_error',
  OUT_OF_RANGE: 'invalid_request_error',
  UNAUTHENTICATED: 'authentication_error',
  PERMISSION_DENIED: 'permission_error',
  NOT_FOUND: 'not_found_error',
  RESOURCE_EXHAUSTED: 'rate_limit_error',
}

const statusOfWord: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
}

export function readError(status: number, body: string): GatewayError {
  const parsed = parseObject(body)
  if (parsed !== undefined) return providerError(status, parsed, body)
  return new GatewayError('upstream_rejected', `the provider answered ${status} ${describe(body)}`, {
    status,
    rawBody: body,
    isRetryable: isRetryable(status),
  })
}

/** An `error` object under status 200 or in a stream: its own number counts. */
export function readErrorObject(body: JsonObject): GatewayError {
  const error = isObject(body.error) ? body.error : {}
  const byWord =
    typeof error.status === 'string' && Object.hasOwn(statusOfWord, error.status)
      ? statusOfWord[error.status]
      : undefined
  const byNumber = typeof error.code === 'number' && error.code >= 400 && error.code <= 599 ? error.code : undefined
  return providerError(byNumber ?? byWord ?? 500, body, JSON.stringify(body))
}

/** What was said is no answer of this wire. */
export function notThisWire(what: string, body: JsonObject): GatewayError {
  return new GatewayError('upstream_rejected', `the provider's answer is not in the generateContent format: ${what}`, {
    rawBody: JSON.stringify(body),
  })
}

/** The stream stopped before the answer was whole. */
export function interrupted(message: string, rawBody?: string): GatewayError {
  return new GatewayError('upstream_interrupted', message, present({ rawBody }))
}

/** The provider ended the answer because what its model wrote could not be used. */
export function unusable(word: string, message: unknown): GatewayError {
  const said = typeof message === 'string' && message !== '' ? `: ${message}` : ''
  return new GatewayError('upstream_rejected', `the model's answer was unusable (${word})${said}`, {
    status: 502,
    wireCode: word,
    isRetryable: true,
  })
}

function providerError(status: number, body: JsonObject, rawBody: string): GatewayError {
  const error = isObject(body.error) ? body.error : typeof body.error === 'string' ? { message: body.error } : body
  const { message } = error
  const word = typeof error.status === 'string' ? error.status : undefined
  return new GatewayError(
    'upstream_rejected',
    typeof message === 'string' && message.trim() !== ''
      ? message
      : `the provider answered ${status} without a message`,
    present({
      status,
      rawBody,
      isRetryable: isRetryable(status),
      type: word !== undefined && Object.hasOwn(typeOfWord, word) ? typeOfWord[word] : undefined,
      wireCode: word,
      retryAfterMs: readRetryDelay(error.details),
    }),
  )
}

/** `details` may hold a RetryInfo: `{"retryDelay": "34.5s"}`. */
function readRetryDelay(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined
  for (const detail of details) {
    const delay: unknown = isObject(detail) ? detail.retryDelay : undefined
    const seconds = typeof delay === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1] : undefined
    if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000)
  }
  return undefined
}

function isRetryable(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500
}

function parseObject(body: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    const value: unknown = Array.isArray(parsed) ? parsed[0] : parsed
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function describe(body: string): string {
  const text = body.trim()
  if (text === '') return 'without a body'
  const title = /<title[^>]*>([^<]{1,120})/i.exec(text)?.[1]?.trim()
  if (title !== undefined) return `with a page titled '${title}'`
  if (text.startsWith('<')) return 'with a page that is not JSON'
  return `with text that is not JSON: '${text.slice(0, 120)}'`
}
