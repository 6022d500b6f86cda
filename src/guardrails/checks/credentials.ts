/** The credentials of checks that are other companies' services: in the vault, for saved guardrails. */
import { type CheckParameters, invalid, isObject, type JsonObject } from '../check-parameters.ts'
import type { GuardrailPorts } from '../guardrail.ts'

export type ReadCredentials = (
  ports: Pick<GuardrailPorts, 'readCredentials'>,
) => Promise<Readonly<Record<string, string>>>

/** Throws `invalid_request` when one of `needed` is missing where they are written. `groups` are members that may hold them all together. */
export function credentialsOf(
  given: CheckParameters,
  needed: readonly string[],
  groups: readonly string[] = [],
): ReadCredentials {
  const { secretName } = given
  if (secretName !== undefined)
    return async ({ readCredentials }) => pick(ungroup(await readCredentials(secretName), groups), needed, given)
  const { credentials } = given.values
  if (credentials === undefined && needed.length === 0) return async () => ({})
  const texts = pick(ungroup(credentials, groups), needed, given)
  return async () => texts
}

function ungroup(credentials: unknown, groups: readonly string[]): unknown {
  if (!isObject(credentials)) return credentials
  const group = groups.map((name) => credentials[name]).find(isObject)
  return group === undefined ? credentials : { ...credentials, ...group }
}

function pick(
  credentials: unknown,
  needed: readonly string[],
  given: CheckParameters,
): Readonly<Record<string, string>> {
  const object: JsonObject = isObject(credentials) ? credentials : {}
  const missing = needed.filter((name) => typeof object[name] !== 'string' || object[name] === '')
  if (missing.length > 0)
    throw invalid(
      `${given.where}.credentials has no '${missing.join("', '")}'; give ${needed.join(' and ')} as strings`,
      `${given.where}.credentials`,
    )
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
}
