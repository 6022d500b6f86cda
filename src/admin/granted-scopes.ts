/** Which scopes a caller may give to a key: those of the key's type, and none that would raise the caller above itself. */
import { GatewayError } from '../errors.ts'
import type { ApiKey, ApiKeyType } from '../identity/caller.ts'
import { canonicalScope, hasScope, scopesOf } from '../identity/scopes.ts'
import { nearestName } from '../nearest.ts'
import type { AdminCaller } from './caller.ts'

interface ScopeGrant {
  readonly asked: readonly string[]
  /** What the key holds already; it may keep that. */
  readonly before: readonly string[]
  readonly type: ApiKeyType
  readonly caller: AdminCaller
}

/** The asked scopes in their order, without doubles. Throws `invalid_request` or `permission_denied`. */
export function checkGrantedScopes({ asked, before, type, caller }: ScopeGrant): readonly string[] {
  const allowed = scopesOf(type)
  const grantable = new Set(scopesOf(caller.type))
  for (const scope of asked) {
    const canonical = canonicalScope(scope)
    if (!allowed.includes(canonical)) throw unknownScope(scope, type, allowed)
    const isAbove = grantable.has(canonical) && !hasScope(caller.scopes, canonical)
    if (isAbove && !before.includes(scope))
      throw new GatewayError(
        'permission_denied',
        `the api key ${caller.label} cannot give the scope ${scope}, which it lacks itself`,
        { param: 'scopes' },
      )
  }
  return [...new Set(asked)]
}

/** Before a caller is handed the secret of a key: it has every right that comes with it, or could have made such a key itself. Throws `permission_denied`. */
export function refuseStrongerKey(
  key: Pick<ApiKey, 'id' | 'masked' | 'scopes'>,
  family: string,
  caller: AdminCaller,
): void {
  if (key.id === caller.id) return
  const ownKinds = new Set(scopesOf(caller.type))
  const mayCreate = hasScope(caller.scopes, `${family}.create`)
  const lacking = key.scopes.find((scope) => {
    if (hasScope(caller.scopes, scope)) return false
    // an organisation key can hold no scope that calls models; whoever creates keys gives such scopes all the same
    return ownKinds.has(canonicalScope(scope)) || !mayCreate
  })
  if (lacking === undefined) return
  throw new GatewayError(
    'permission_denied',
    ownKinds.has(canonicalScope(lacking))
      ? `the api key ${caller.label} lacks the scope ${lacking}, which comes with the secret of ${key.masked}; only a key that holds it may be handed that secret`
      : `the api key ${caller.label} may not be handed the secret of ${key.masked}, which holds ${lacking}; add the scope ${family}.create to it, or let ${key.masked} rotate itself`,
    { param: 'scopes' },
  )
}

function unknownScope(scope: string, type: ApiKeyType, allowed: readonly string[]): GatewayError {
  const nearest = nearestName(scope.slice(0, 80), allowed)
  const hint =
    nearest === undefined
      ? `such keys may hold ${allowed.length} scopes, e.g. ${allowed[0]}`
      : `did you mean '${nearest}'?`
  return new GatewayError(
    'invalid_request',
    `scopes has '${scope.slice(0, 80)}', which a key of type ${type} cannot hold; ${hint}`,
    {
      param: 'scopes',
    },
  )
}
