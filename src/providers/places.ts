/** Which wires a model is spoken to in, where its name tells: the first row that matches. */
import type { WireId } from '../protocols/protocol.ts'

export type Places = readonly (readonly [name: RegExp, ...wires: WireId[]])[]

export function wiresOf(model: string, places: Places): readonly WireId[] {
  const [, ...wires] = places.find(([name]) => name.test(model)) ?? [/$/]
  return wires
}

/** A model's name in an address where its slashes stay slashes. */
export function inPath(model: string): string {
  return model.split('/').map(encodeURIComponent).join('/').replaceAll('%40', '@')
}
