/** Which wires a target's model is spoken to in, and its name there. */
import type { WireId } from '../protocols/protocol.ts'
import type { PlacedModel } from '../providers/provider.ts'
import type { Target } from './task.ts'

export function placeModel({ aiProvider, model }: Pick<Target, 'aiProvider' | 'model'>): Required<PlacedModel> {
  const wires = Object.keys(aiProvider.speaks) as WireId[]
  return { wires, name: model, ...aiProvider.placeModel?.(model) }
}
