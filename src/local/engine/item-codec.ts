/** Items ⇄ what a row keeps of them: JSON, and the bytes apart, so that they are not written as base64. Pure. */
import type { Item, Value } from './item.ts'

export interface EncodedItem {
  /** In it, bytes stand as `[position, length]` in `bytes`. */
  readonly text: string
  readonly bytes: Uint8Array | null
}

export function encodeItem(item: Item): EncodedItem {
  if (!hasBytes(item)) return { text: JSON.stringify(item), bytes: null }
  const chunks: Uint8Array[] = []
  let position = 0
  const place = (chunk: Uint8Array): readonly [number, number] => {
    chunks.push(chunk)
    position += chunk.byteLength
    return [position - chunk.byteLength, chunk.byteLength]
  }
  const text = JSON.stringify(mapItem(item, (value) => placed(value, place)))
  return { text, bytes: joined(chunks, position) }
}

/** In memory of their own: sending a part of Node's pool to another thread copies the pool. */
function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let position = 0
  for (const chunk of chunks) {
    whole.set(chunk, position)
    position += chunk.byteLength
  }
  return whole
}

function hasBytes(item: Item): boolean {
  for (const name in item) {
    const value = item[name] as Value
    if ('B' in value || 'BS' in value) return true
    if ('M' in value && hasBytes(value.M)) return true
    if ('L' in value && value.L.some((one) => hasBytes({ one }))) return true
  }
  return false
}

function mapItem(item: Item, map: (value: Value) => unknown): Record<string, unknown> {
  const mapped: Record<string, unknown> = {}
  for (const name in item) mapped[name] = map(item[name] as Value)
  return mapped
}

function placed(value: Value, place: (chunk: Uint8Array) => readonly [number, number]): unknown {
  if ('B' in value) return { B: place(value.B) }
  if ('BS' in value) return { BS: value.BS.map(place) }
  if ('M' in value) return { M: mapItem(value.M, (one) => placed(one, place)) }
  return 'L' in value ? { L: value.L.map((one) => placed(one, place)) } : value
}

export function decodeItem({ text, bytes }: EncodedItem): Item {
  const item = JSON.parse(text) as Item
  return bytes === null ? item : (mapItem(item, (value) => restored(value, bytes)) as Item)
}

type Place = readonly [position: number, length: number]

function restored(value: Value, bytes: Uint8Array): Value {
  const cut = (place: unknown) => {
    const [position, length] = place as Place
    return bytes.subarray(position, position + length)
  }
  if ('B' in value) return { B: cut(value.B) }
  if ('BS' in value) return { BS: value.BS.map(cut) }
  if ('M' in value) return { M: mapItem(value.M, (one) => restored(one as Value, bytes)) as Item }
  return 'L' in value ? { L: value.L.map((one) => restored(one, bytes)) } : value
}
