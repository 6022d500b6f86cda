/** What the organisation states of an integration's account: only its keys state it, and only they change the account that it is about. */
import { isDeepStrictEqual } from 'node:util'
import type { Integration } from '../catalog/catalog.ts'
import { GatewayError } from '../errors.ts'
import { type DataPolicy, readDataPolicy } from '../identity/processing-policy.ts'
import { isOfOrganisation } from './caller.ts'
import type { AdminRequest, JsonObject } from './request.ts'

/** Throws `invalid_request`, and `permission_denied` for a workspace's key that would change it. */
export function changedDataPolicy(
  { caller }: Pick<AdminRequest, 'caller'>,
  before: DataPolicy | undefined,
  given: JsonObject | null | undefined,
): DataPolicy | undefined {
  if (given === undefined) return before
  const after = given === null ? undefined : readDataPolicy(given, 'data_policy', 'statement')
  if (isDeepStrictEqual(after, before) || isOfOrganisation(caller)) return after
  throw new GatewayError(
    'permission_denied',
    'data_policy states what was agreed with the provider; only a key of the organisation may change it',
    { param: 'data_policy' },
  )
}

/** Another key, host or region would be another account than the one that `data_policy` is about. */
export function refuseOtherAccount({ caller }: Pick<AdminRequest, 'caller'>, { dataPolicy, slug }: Integration): void {
  if (dataPolicy === undefined || isOfOrganisation(caller)) return
  throw new GatewayError(
    'permission_denied',
    `the integration '${slug}' has a data_policy, which is about its account; only a key of the organisation may change its key or configurations`,
    { param: 'data_policy' },
  )
}
