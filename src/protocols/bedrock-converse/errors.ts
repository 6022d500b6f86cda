/** A provider's errors, as a status with a body and as an exception inside a stream. */
import { GatewayError } from '../../errors.ts'
import { isObject, parseObject } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { text } from './wire.ts'

const statusOfException: Readonly<Record<string, number>> = {
  validationexception: 400,
  servicequotaexceededexception: 400,
  accessdeniedexception: 403,
  resourcenotfoundexception: 404,
  modeltimeoutexception: 408,
  conflictexception: 409,
  throttlingexception: 429,
  modelnotreadyexception: 429,
  internalserverexception: 500,
  modelerrorexception: 500,
  modelstreamerrorexception: 500,
  serviceunavailableexception: 503,
}

/** The name of an error is in a header, so a body mostly holds a message alone. */
export function readError(status: number, body: string): GatewayError {
  const parsed = parseObject(body)
  if (parsed) return providerError(status, parsed, body)
  const said = body.trim()
  const what = said === '' ? 'without a body' : `with text that is not JSON: '${said.slice(0, 120)}'`
  return new GatewayError('upstream_rejected', `the provider answered ${status} ${what}`, {
    status,
    rawBody: body,
    isRetryable: isRetryable(status),
  })
}

/** `name` as the stream's frame gives it, e.g. `throttlingException`. */
export function readException(name: string, payload: string): GatewayError {
  const status = statusOf(name)
  const body = parseObject(payload) ?? { message: payload }
  return providerError(status, { ...body, __type: name }, payload)
}

/** An answer of status 200 that is an error all the same: some proxies put AWS's error shape there. */
export function readErrorAnswer(body: JsonObject): GatewayError | undefined {
  if (isObject(body.output)) return undefined
  const name = typeName(body)
  if (name === undefined && said(body) === undefined) return undefined
  return providerError(statusOf(name), body, JSON.stringify(body))
}

function statusOf(name = ''): number {
  const word = name.toLowerCase()
  return (Object.hasOwn(statusOfException, word) ? statusOfException[word] : undefined) ?? 500
}

/** What was said is no answer of this wire. */
export function notThisWire(what: string, body: string): GatewayError {
  return new GatewayError('upstream_rejected', `the provider's answer is not in the converse format: ${what}`, {
    rawBody: body,
  })
}

function providerError(status: number, body: JsonObject, rawBody: string): GatewayError {
  const type = typeName(body)
  const message = said(body) ?? `the provider answered ${type ?? status} without a message`
  return new GatewayError('upstream_rejected', message, {
    status,
    rawBody,
    isRetryable: isRetryable(status),
    ...(type === undefined ? {} : { type }),
  })
}

function said(body: JsonObject): string | undefined {
  const nested = isObject(body.error) ? body.error.message : undefined
  for (const value of [body.message, body.Message, body.originalMessage, nested]) {
    if (typeof value === 'string' && value.trim() !== '') return value
  }
  return undefined
}

/** `com.amazon.coral.service#ThrottlingException:http://…` and the bare name both occur. */
function typeName(body: JsonObject): string | undefined {
  const name = text(body.__type).split(':')[0]?.split('#').at(-1)
  return name === undefined || name === '' ? undefined : name
}

function isRetryable(status: number): boolean {
  return status === 408 || status === 409 || status === 424 || status === 429 || status >= 500
}
