/** Answers of the admin API: JSON objects, errors in every shape that its clients read, CORS. */

import type { ErrorCode, GatewayError } from '../errors.ts'
import type { ErrorJson } from './contract.ts'
import type { AdminSettings } from './ports.ts'
import type { JsonObject } from './request.ts'

export interface AdminAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Headers = Readonly<Record<string, string>>

export function jsonAnswer(status: number, body: JsonObject, headers: Headers): AdminAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  }
}

/** The codes that clients of this API family match on; the rest of a class falls to its status. */
const wireCodes: Readonly<Partial<Record<ErrorCode, string>>> = {
  authentication_failed: 'AB05',
  key_expired: 'AB05',
  permission_denied: 'AB03',
  not_found: 'AB08',
  conflict: 'AB07',
  rate_limit_exceeded: 'AB06',
}

function wireCodeOf(error: GatewayError): string {
  const named = error.facts.wireCode
  if (named) return named
  return wireCodes[error.code] ?? (error.status >= 500 ? 'AB04' : 'AB01')
}

/** One superset of the shapes that the SDKs, Terraform and the API's own documentation read. */
export function errorAnswer(error: GatewayError, headers: Headers): AdminAnswer {
  const { message } = error
  const errorCode = wireCodeOf(error)
  const param = error.facts.param ?? null
  const allow = typeof error.facts.allow === 'string' ? { allow: error.facts.allow } : {}
  return jsonAnswer(
    error.status,
    {
      success: false,
      message,
      errorCode,
      data: { message, errorCode },
      error: { message, code: errorCode, type: error.type, param },
    } satisfies ErrorJson,
    { ...headers, ...allow },
  )
}

/** CORS headers for this request; none when its origin is not allowed. */
export function corsHeaders(request: Headers, settings: AdminSettings): Headers {
  const origin = request.origin
  if (origin === undefined) return {}
  const isAny = settings.corsOrigins.includes('*')
  if (!isAny && !settings.corsOrigins.includes(origin)) return { vary: 'Origin' }
  return {
    'access-control-allow-origin': isAny ? '*' : origin,
    'access-control-expose-headers': 'x-portkey-trace-id',
    ...(isAny ? {} : { vary: 'Origin' }),
  }
}

/** The answer to a preflight. A wildcard does not cover `authorization`, so asked-for headers are named. */
export function preflightHeaders(request: Headers, settings: AdminSettings): Headers {
  const origin = corsHeaders(request, settings)
  if (origin['access-control-allow-origin'] === undefined) return origin
  const asked = request['access-control-request-headers'] ?? '*'
  return {
    ...origin,
    'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
    'access-control-allow-headers': settings.corsHeaders.includes('*') ? asked : settings.corsHeaders.join(', '),
    'access-control-max-age': '86400',
  }
}
