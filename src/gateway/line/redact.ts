/** Takes the credentials out of what a provider says: some repeat the key they refuse. */
import { GatewayError } from '../../errors.ts'
import type { Credentials } from '../../providers/provider.ts'
import type { UpstreamResponse } from '../ports.ts'
import { bodyWithoutSecrets, textWithoutSecrets } from './secret-filter.ts'

/** Shorter values would blank ordinary words. */
const shortestSecret = 8

/** Every text among the credentials that must not be repeated, however deep it stands. Settings that anybody may see are not among them. */
export function secretsOf({ key, configurations = {}, nested = {} }: Partial<Credentials>): readonly string[] {
  return [key, configurations, nested].flatMap(textsIn).filter((text) => text.length >= shortestSecret)
}

/** A key file given as text holds a private key that may be repeated without the rest. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn)
  if (typeof value !== 'string') return []
  const bare = withoutScheme(value)
  return bare === value ? [value, ...privateKeyIn(value)] : [value, bare]
}

function withoutScheme(value: string): string {
  return value.replace(/^(?:bearer|basic|token|key|apikey)\s+/i, '')
}

function privateKeyIn(value: string): readonly string[] {
  if (!value.trimStart().startsWith('{')) return []
  try {
    const { private_key: key } = JSON.parse(value) as { readonly private_key?: unknown }
    return typeof key === 'string' ? [key] : []
  } catch {
    return []
  }
}

const credentialHeaders =
  /^(?:authorization|x-api-key|api-key|x-goog-api-key|x-amz-security-token|x-auth-token|ocp-apim-subscription-key|cookie)$/

/** What a request to a provider carries in headers of credentials: tokens that were got with the stored ones among them. A signature (AWS) is good for this request only. */
export function secretsSent(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers)
    .filter(([name, value]) => credentialHeaders.test(name) && !value.startsWith('AWS4-'))
    .flatMap(([, value]) => secretsOf({ key: value }))
}

/** Of an integration's custom headers those that are called like credentials. */
export function secretsInHeaders(headers: unknown): readonly string[] {
  if (typeof headers !== 'object' || headers === null) return []
  const secret = Object.entries(headers).filter(([name]) => /auth|key|token|secret|cookie|password/i.test(name))
  return secretsOf({ configurations: Object.fromEntries(secret) })
}

const seen = new WeakMap<object, ReadonlySet<string>>()

/** These, and all that earlier targets of the same request were called with: one host may stand behind several. */
export function secretsSoFar(request: object, secrets: readonly string[]): readonly string[] {
  const all = new Set([...(seen.get(request) ?? []), ...secrets])
  seen.set(request, all)
  return [...all]
}

/** The same error, each secret in its message and in the provider's body replaced by stars. */
export function withoutSecrets(error: GatewayError, secrets: readonly string[]): GatewayError {
  const { rawBody } = error.facts
  const message = textWithoutSecrets(error.message, secrets)
  const body = rawBody === undefined ? undefined : textWithoutSecrets(rawBody, secrets)
  if (message === error.message && body === rawBody) return error
  const facts = body === undefined ? error.facts : { ...error.facts, rawBody: body }
  return new GatewayError(error.code, message, facts, error.cause)
}

/** The same answer without them, in headers and body. */
export function answerWithoutSecrets(response: UpstreamResponse, secrets: readonly string[]): UpstreamResponse {
  const { status, headers, body } = response
  const clean = Object.entries(headers).map(([name, value]) => [name, textWithoutSecrets(value, secrets)] as const)
  return {
    status,
    headers: Object.fromEntries(clean),
    body: bodyWithoutSecrets(body, secrets, headers['content-type']),
  }
}
