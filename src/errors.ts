/** Everything that can end a request, as one class, a closed set of codes and one table. */

/** Whose doing it was; decides who is told and which alarm counts it. */
export type Fault = 'client' | 'policy' | 'gateway' | 'provider'

interface ErrorRow {
  /** HTTP status towards the client, before anything was written. */
  readonly status: number
  /** The `type` word of the wire error; the numbers and words are those that clients of this API family match on. */
  readonly type: string
  /** The wire's `code`; null where the field's clients expect null. */
  readonly code: string | null
  readonly fault: Fault
  /** May the next target of the plan be tried? `configured` = as the config's status list says. */
  readonly nextTarget: 'no' | 'yes' | 'configured'
}

const table = {
  invalid_request: {
    status: 400,
    type: 'invalid_request_error',
    code: null,
    fault: 'client',
    nextTarget: 'configured',
  },
  unsupported_parameter: {
    status: 400,
    type: 'invalid_request_error',
    code: 'unsupported_parameter',
    fault: 'client',
    nextTarget: 'configured',
  },
  authentication_failed: { status: 401, type: 'authentication_error', code: '03', fault: 'client', nextTarget: 'no' },
  key_expired: { status: 401, type: 'authentication_error', code: '01', fault: 'client', nextTarget: 'configured' },
  permission_denied: { status: 403, type: 'permission_error', code: '033', fault: 'client', nextTarget: 'no' },
  caller_stopped: { status: 403, type: 'emergency_stop', code: 'caller_stopped', fault: 'policy', nextTarget: 'no' },
  provider_stopped: {
    status: 403,
    type: 'emergency_stop',
    code: 'provider_stopped',
    fault: 'policy',
    nextTarget: 'configured',
  },
  data_policy_unmet: {
    status: 403,
    type: 'data_policy',
    code: 'data_policy_unmet',
    fault: 'policy',
    nextTarget: 'configured',
  },
  not_found: { status: 404, type: 'not_found_error', code: null, fault: 'client', nextTarget: 'no' },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    code: 'method_not_allowed',
    fault: 'client',
    nextTarget: 'no',
  },
  conflict: { status: 409, type: 'conflict_error', code: null, fault: 'client', nextTarget: 'no' },
  request_slow: { status: 408, type: 'timeout_error', code: 'request_body_timeout', fault: 'client', nextTarget: 'no' },
  request_too_large: { status: 413, type: 'request_too_large', code: null, fault: 'client', nextTarget: 'no' },
  headers_too_large: {
    status: 431,
    type: 'invalid_request_error',
    code: 'headers_too_large',
    fault: 'client',
    nextTarget: 'no',
  },
  guardrail_denied: { status: 446, type: 'hooks_failed', code: null, fault: 'policy', nextTarget: 'configured' },
  rate_limit_exceeded: { status: 429, type: 'rate_limit_error', code: '05', fault: 'policy', nextTarget: 'configured' },
  usage_limit_exceeded: {
    status: 412,
    type: 'usage_limit_exceeded',
    code: '04',
    fault: 'policy',
    nextTarget: 'configured',
  },
  concurrency_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    code: 'concurrency_exceeded',
    fault: 'policy',
    nextTarget: 'no',
  },
  limit_busy: { status: 429, type: 'rate_limit_error', code: 'limit_busy', fault: 'policy', nextTarget: 'configured' },
  model_unpriced: { status: 412, type: 'model_unpriced_error', code: null, fault: 'policy', nextTarget: 'configured' },
  model_not_allowed: {
    status: 412,
    type: 'model_not_allowed_error',
    code: null,
    fault: 'policy',
    nextTarget: 'configured',
  },
  request_timeout: { status: 408, type: 'timeout_error', code: null, fault: 'gateway', nextTarget: 'configured' },
  upstream_rejected: { status: 502, type: 'upstream_error', code: null, fault: 'provider', nextTarget: 'configured' },
  upstream_unavailable: { status: 502, type: 'upstream_unavailable', code: null, fault: 'provider', nextTarget: 'yes' },
  upstream_interrupted: { status: 502, type: 'upstream_interrupted', code: null, fault: 'provider', nextTarget: 'no' },
  database_unavailable: {
    status: 503,
    type: 'service_unavailable',
    code: 'database_unavailable',
    fault: 'gateway',
    nextTarget: 'no',
  },
  client_closed: { status: 499, type: 'client_closed', code: null, fault: 'client', nextTarget: 'no' },
  internal: { status: 500, type: 'internal_error', code: null, fault: 'gateway', nextTarget: 'no' },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof table

/** What a handler of the error may need; goes to the log, so it never holds a credential. */
export interface Facts {
  /** Overrides the table's status (a provider's own 4xx or 5xx). */
  readonly status?: number
  /** Overrides the table's wire type and code. */
  readonly type?: string
  readonly wireCode?: string | null
  /** The request field that was wrong. */
  readonly param?: string
  /** When a retry makes sense; becomes `retry-after`. */
  readonly retryAfterMs?: number
  /** false = the client's retries are pointless; becomes `x-should-retry: false`. */
  readonly isRetryable?: boolean
  /** The provider may bill for what it never delivered. */
  readonly mayBeBilled?: boolean
  /** The provider's own body, for the log and for passthrough. */
  readonly rawBody?: string
  /** The provider's own, for the client: ids to ask it by, its rate limits, its advice on retries. */
  readonly headers?: Readonly<Record<string, string>>
  readonly [fact: string]: unknown
}

export class GatewayError extends Error {
  readonly code: ErrorCode
  readonly facts: Facts

  constructor(code: ErrorCode, message: string, facts: Facts = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'GatewayError'
    this.code = code
    this.facts = facts
  }

  get row(): ErrorRow {
    return table[this.code]
  }

  get status(): number {
    return this.facts.status ?? this.row.status
  }

  get type(): string {
    return this.facts.type ?? this.row.type
  }

  get wireCode(): string | null {
    return this.facts.wireCode === undefined ? this.row.code : this.facts.wireCode
  }
}

/** Only a GatewayError's message is shown; anything else becomes `internal`, its text kept as the cause for the log. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  return new GatewayError(
    'internal',
    'something went wrong inside the gateway; the trace id leads to its log',
    {},
    thrown,
  )
}
