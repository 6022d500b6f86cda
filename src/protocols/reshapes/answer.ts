/** What all shapes read from a provider's answer, and how they say that it is not theirs. */
import { GatewayError } from '../../errors.ts'
import type { Warning } from '../../inference/index.ts'
import { isObject, otherFields } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { RawBody } from '../reshape.ts'

const quotedBytes = 4_096

export function readJson(answer: RawBody): unknown {
  try {
    return JSON.parse(Buffer.from(answer.bytes).toString('utf8'))
  } catch (cause) {
    throw notThisShape('it is not JSON', answer, cause)
  }
}

export function readObject(answer: RawBody): JsonObject {
  const body = readJson(answer)
  if (isObject(body)) return body
  throw notThisShape('it is not a JSON object', answer)
}

/** The list under one key of an answer. */
export function listAt(body: JsonObject, key: string, answer: RawBody): readonly unknown[] {
  const list = body[key]
  if (Array.isArray(list)) return list
  throw notThisShape(`it has no list '${key}'`, answer)
}

export function notThisShape(problem: string, answer: RawBody, cause?: unknown): GatewayError {
  const rawBody = Buffer.from(answer.bytes.subarray(0, quotedBytes)).toString('utf8')
  return new GatewayError('upstream_rejected', `the provider's answer cannot be read: ${problem}`, { rawBody }, cause)
}

/** A 2xx without what was asked for: filtered, refused, blocked. It may have been billed. */
export function withheld(message: string, answer: RawBody): GatewayError {
  const rawBody = Buffer.from(answer.bytes.subarray(0, quotedBytes)).toString('utf8')
  return new GatewayError('upstream_rejected', message, { status: 400, isRetryable: false, mayBeBilled: true, rawBody })
}

export function unsupported(param: string, message: string): GatewayError {
  return new GatewayError('unsupported_parameter', message, { param })
}

/** What the client sent beyond the keys that the shape reads: some it has no place for, the rest passes. */
export function leftOver(
  body: JsonObject,
  read: readonly string[],
  dropped: readonly string[],
): { readonly rest: JsonObject; readonly warnings: readonly Warning[] } {
  const warnings = dropped.filter((key) => body[key] !== undefined && body[key] !== null).map(droppedKey)
  return { rest: otherFields(body, new Set([...read, ...dropped])) ?? {}, warnings }
}

function droppedKey(field: string): Warning {
  return { type: 'dropped', field, reason: 'the provider has no such parameter here' }
}
