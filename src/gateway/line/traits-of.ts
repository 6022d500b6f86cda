/** What a target's model takes: what its name tells, its provider's deviations, what the integration says of it. */
import { findUploaded } from '../../catalog/uploaded-prices.ts'
import { changeTraits, findTraits, type ModelTraits, plainName, type TraitChanges } from '../../model-traits/index.ts'
import { placeModel } from './place-model.ts'
import type { Target } from './task.ts'

type Placed = Pick<Target, 'aiProvider' | 'model' | 'integration'>

/** The model that answers, where the name that is asked for does not tell: a deployment, a profile, a fine-tuned model. */
export function modelBehind(target: Placed): string {
  const row = target.integration.models.find(({ slug }) => slug === target.model)
  const { name, pricedAs = name } = placeModel(target)
  return row?.base_model_slug ?? pricedAs
}

export function traitsOf(target: Placed): ModelTraits {
  const model = modelBehind(target)
  const known = findTraits(model)
  const name = plainName(model)
  const deviations = (target.aiProvider.traits ?? []).filter(({ models }) => models === undefined || models.test(name))
  const row = target.integration.models.find(({ slug }) => slug === target.model)
  const uploaded = findUploaded(target.integration, [model, target.model])
  const corrected = row?.model_traits ?? undefined
  const changes: readonly TraitChanges[] = [
    ...deviations.map(({ traits }) => traits),
    ...(uploaded?.model_traits === undefined ? [] : [uploaded.model_traits as TraitChanges]),
    ...(corrected === undefined ? [] : [corrected as TraitChanges]),
  ]
  return changes.reduce(changeTraits, known)
}
