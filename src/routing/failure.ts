/** The kinds of failure that a config may name, and which one an error is. */
import type { GatewayError } from '../errors.ts'

export const failureKinds = ['connect', 'headers', 'first_content', 'idle', 'status', 'refusal'] as const

/**
 * `connect`: no connection. `headers`: the request went out, and no answer began. `first_content`: an answer began and
 * said nothing that could be used. `idle`: it went silent in the middle. `status`: the provider answered with an error.
 * `refusal`: it refused the content of the request.
 */
export type FailureKind = (typeof failureKinds)[number]

/** As providers name a refusal of content. */
const refusalCodes: ReadonlySet<string> = new Set([
  'content_filter',
  'content_policy_violation',
  'moderation_blocked',
  'data_inspection_failed',
])

/** undefined = it is no failure of a provider. */
export function failureOf({ code, facts }: GatewayError): FailureKind | undefined {
  const told = failureKinds.find((kind) => kind === facts.failure)
  if (told !== undefined) return told
  if (code === 'request_timeout') return 'headers'
  if (code === 'upstream_rejected') return refusalCodes.has(facts.wireCode ?? '') ? 'refusal' : 'status'
  if (code !== 'upstream_unavailable') return undefined
  return facts.status === undefined ? 'first_content' : 'status'
}

/** What a config lists of the errors after which it calls again, or another target. */
export interface FailureList {
  readonly onStatusCodes?: readonly number[]
  readonly onFailures?: readonly FailureKind[]
}

export function isFailureListed(error: GatewayError, { onFailures }: FailureList): boolean {
  const kind = failureOf(error)
  return kind !== undefined && onFailures?.includes(kind) === true
}
