/** A stored prompt may name any model, so it is refused where it matters which one answers. */
import type { Resolved, WorkspaceCatalog } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'

/** Throws `invalid_request` where the provider allows only some models, or a limit policy goes by the model. */
export function refuseStoredModel({ provider, integration }: Resolved, { policies }: WorkspaceCatalog): void {
  if (!integration.allowAllModels || integration.models.some(({ enabled }) => !enabled))
    throw refusal(`the provider '@${provider.slug}' allows only some models`)
  const isByModel = policies.some(({ conditions, groupBy }) => [...conditions, ...groupBy].some(isOfModel))
  if (isByModel) throw refusal('a limit policy of this workspace goes by the model')
}

function isOfModel({ key }: { readonly key: string }): boolean {
  return key === 'model'
}

function refusal(why: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `no model was named beside the stored prompt, and ${why}; name the prompt's model in 'model'`,
    { param: 'model' },
  )
}
