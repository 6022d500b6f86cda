/** Says what a bare model was probably meant to be, once the models that the workspace can call are known. */
import { GatewayError } from '../errors.ts'
import { nearestNames } from '../nearest.ts'
import type { WorkspaceCatalog } from './catalog.ts'
import { type KnownModels, listModels } from './models.ts'

/** The same refusal with the closest `@slug/model` names; any other error, or one without anything close, as it was. */
export function suggestModels(error: GatewayError, catalog: WorkspaceCatalog, known: KnownModels): GatewayError {
  const { unplacedModel: model } = error.facts
  if (typeof model !== 'string') return error
  const models = listModels(catalog, known, {}).data
  const names = nearestNames(
    model,
    models.map((each) => each.slug),
    3,
  )
  const ids = names.flatMap((name) => models.filter((each) => each.slug === name).map((each) => `'${each.id}'`))
  if (ids.length === 0) return error
  const message = `no provider was named for the model '${model}': write it as ${ids.slice(0, 5).join(', ')}`
  return new GatewayError(error.code, message, error.facts)
}
