/** Which wires a target's model is spoken to in, and its name there. */
import type { WireId } from '../../protocols/protocol.ts'
import type { PlacedModel } from '../../providers/provider.ts'
import type { Target } from './task.ts'

type Placed = PlacedModel & Required<Pick<PlacedModel, 'wires'>>

/** Where the integration says which model stands behind the name (a profile, an endpoint, a deployment), it is placed like that one, under its own name. */
export function placeModel({
  aiProvider,
  model,
  integration,
}: Pick<Target, 'aiProvider' | 'model' | 'integration'>): Placed {
  const wires = Object.keys(aiProvider.speaks) as WireId[]
  const place = (name: string) => aiProvider.placeModel?.(name, integration.configurations)
  const own = place(model)
  const base = integration.models.find(({ slug }) => slug === model)?.base_model_slug
  // What the configurations say of a deployment is said for this very name.
  const behind = base == null || base === '' || own?.pricedAs !== undefined ? undefined : place(base)
  return { wires, ...(behind ?? own), name: own?.name ?? model }
}
