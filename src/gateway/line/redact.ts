/** Takes the credentials out of what a provider says: some repeat the key they refuse. */
import { GatewayError } from '../../errors.ts'
import type { Credentials } from '../../providers/provider.ts'

/** Shorter values would blank ordinary words. */
const shortestSecret = 8

/** Every text among the credentials that must not be repeated. Settings that anybody may see are not among them. */
export function secretsOf({ key, configurations = {}, nested = {} }: Partial<Credentials>): readonly string[] {
  const values = [key, ...Object.values(configurations), ...Object.values(nested)]
  return values.filter((value) => typeof value === 'string').filter((value) => value.length >= shortestSecret)
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
  const told = [error.message, error.facts.rawBody ?? ''].join('\n')
  if (!secrets.some((secret) => told.includes(secret))) return error
  const clean = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '*****'), text)
  const { rawBody } = error.facts
  const facts = rawBody === undefined ? error.facts : { ...error.facts, rawBody: clean(rawBody) }
  return new GatewayError(error.code, clean(error.message), facts, error.cause)
}
