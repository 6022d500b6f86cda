/** Which wires a target's model is spoken to in, and its name there. */
import type { WireId } from '../../protocols/protocol.ts'
import type { PlacedModel } from '../../providers/provider.ts'
import type { Target } from './task.ts'

type Placed = PlacedModel & Required<Pick<PlacedModel, 'wires'>>

export function placeModel({
  aiProvider,
  model,
  integration,
}: Pick<Target, 'aiProvider' | 'model' | 'integration'>): Placed {
  const wires = Object.keys(aiProvider.speaks) as WireId[]
  return { wires, name: model, ...aiProvider.placeModel?.(model, integration.configurations) }
}
