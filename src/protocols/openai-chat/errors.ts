/** Errors in this wire's words: as a body, as a frame, and read back from a provider. */
import { GatewayError } from '../../errors.ts'
import { isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

/** All shapes that clients of this API family look for, in one body. */
export function writeError(error: GatewayError, traceId: string): string {
  return JSON.stringify({
    status: 'failure',
    message: error.message,
    error: { message: error.message, type: error.type, param: error.facts.param ?? null, code: error.wireCode },
    ...(traceId === '' ? {} : { trace_id: traceId }),
  })
}

export function writeStreamError(error: GatewayError, traceId: string): string {
  return `data: ${writeError(error, traceId)}\n\n`
}

/** Statuses of the words that come without one: in a stream, or in a body of status 200. */
const statusOfWord: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  context_length_exceeded: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  server_error: 500,
  internal_server_error: 500,
  overloaded_error: 503,
  service_unavailable: 503,
}

/** Does this body or chunk report an error instead of an answer? */
export function isErrorBody(body: JsonObject): boolean {
  if (body.error !== undefined && body.error !== null && body.error !== false) return true
  return body.object === 'error' || (!Array.isArray(body.choices) && said(body) !== undefined)
}

/** An error under status 200, whole or inside a stream. */
export function readErrorBody(body: JsonObject): GatewayError {
  const { code, status, type } = errorObject(body)
  const word = [code, status, type].find((name) => typeof name === 'string' && Object.hasOwn(statusOfWord, name))
  const number = [code, status].map(statusIn).find((value) => value !== undefined)
  return providerError(number ?? statusOfWord[String(word)] ?? 502, body, JSON.stringify(body))
}

/** As a number or as text. */
function statusIn(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 400 && number < 600 ? number : undefined
}

export function readError(status: number, body: string): GatewayError {
  const parsed = parseObject(body)
  if (parsed) return providerError(status, parsed, body)
  return new GatewayError('upstream_rejected', `the provider answered ${status} ${describe(body)}`, {
    status,
    rawBody: body,
    isRetryable: isRetryable(status),
  })
}

/** What came is no answer of this wire. */
export function notThisWire(problem: string, body: JsonObject): GatewayError {
  return new GatewayError('upstream_rejected', `the provider's answer is not a chat completion: ${problem}`, {
    rawBody: JSON.stringify(body),
  })
}

/** The stream stopped before the answer was whole. */
export function interrupted(message: string, rawBody?: string): GatewayError {
  return new GatewayError('upstream_interrupted', message, rawBody === undefined ? {} : { rawBody })
}

function providerError(status: number, body: JsonObject, rawBody: string): GatewayError {
  const error = errorObject(body)
  const message = said(error) ?? said(body) ?? `the provider answered ${status} without a message`
  const code = typeof error.code === 'number' ? String(error.code) : error.code
  return new GatewayError(
    'upstream_rejected',
    message,
    present({
      status,
      rawBody,
      isRetryable: isRetryable(status),
      type: typeof error.type === 'string' && error.type !== '' ? error.type : undefined,
      wireCode: typeof code === 'string' ? code : undefined,
      param: typeof error.param === 'string' ? error.param : undefined,
    }),
  )
}

function errorObject(body: JsonObject): JsonObject {
  if (isObject(body.error)) return body.error
  return typeof body.error === 'string' ? { ...body, message: body.error } : body
}

/** The readable text of `{message}`, `{detail: "…"}` or `{detail: [{msg, loc}]}`. */
function said(error: JsonObject): string | undefined {
  for (const value of [error.message, error.detail, error.msg]) {
    if (typeof value === 'string' && value.trim() !== '') return value
    if (Array.isArray(value) && value.length > 0) return value.map(describeDetail).join('; ')
  }
  return undefined
}

function describeDetail(detail: unknown): string {
  if (!isObject(detail) || typeof detail.msg !== 'string' || detail.msg.trim() === '') return JSON.stringify(detail)
  const place = Array.isArray(detail.loc) ? detail.loc.filter((key) => typeof key !== 'object').join('.') : ''
  return place === '' ? detail.msg : `${place}: ${detail.msg}`
}

function isRetryable(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500
}

/** Some compatible servers wrap the object in an array. */
function parseObject(body: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    const value = Array.isArray(parsed) ? parsed[0] : parsed
    if (typeof value === 'string') return { message: value }
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function describe(body: string): string {
  const text = body.trim()
  if (text === '') return 'with an empty body'
  const heading = /<(title|h1)[^>]*>\s*([^<]{1,120}?)\s*</i.exec(text)?.[2]
  if (heading !== undefined) return `with a web page: ${heading}`
  if (text.startsWith('<')) return 'with a web page instead of JSON'
  return `with text instead of JSON: ${text.slice(0, 200)}`
}
