/** One request as its operation sees it: which parameters it may have, what it depends on, what it consumes. */
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb'
import { type CapacityMode, describeCapacity, noUnits, type Units } from './capacity.ts'
import { invalid, unsupported } from './errors.ts'
import type { Item } from './item.ts'
import type { Found, ItemKey, Table } from './table.ts'
import type { Tables } from './tables.ts'
import { readItem, readValue } from './values.ts'

export class OperationRequest {
  readonly tables: Tables
  /** The last batch that the answer must not be given before. */
  batch = 0
  readonly #mode: CapacityMode
  readonly #units = new Map<string, Units>()

  constructor(tables: Tables, mode: CapacityMode) {
    this.tables = tables
    this.#mode = mode
  }

  /** A read that the answer depends on. */
  read(table: Table, key: ItemKey): Found {
    const found = table.read(key)
    this.dependOn(found)
    return found
  }

  dependOn({ batch }: Found): void {
    if (batch > this.batch) this.batch = batch
  }

  write(table: Table, key: ItemKey, before: Found, after: Item | undefined): void {
    if (table.write(key, before, after)) this.batch = this.tables.journal.current()
  }

  /** false = nobody asked, so nothing need be counted. */
  get isMetered(): boolean {
    return this.#mode !== 'NONE'
  }

  unitsOf(table: Table): Units {
    const { name } = table.schema
    const units = this.#units.get(name) ?? noUnits()
    this.#units.set(name, units)
    return units
  }

  /** Of a request about one table. */
  capacity(): { readonly ConsumedCapacity?: ConsumedCapacity } {
    const [first] = this.#units
    return first === undefined ? {} : describeCapacity(...first, this.#mode)
  }

  /** Of a request about several. */
  capacities(): { readonly ConsumedCapacity?: ConsumedCapacity[] } {
    if (!this.isMetered) return {}
    const all = [...this.#units].flatMap(([name, units]) => {
      const { ConsumedCapacity } = describeCapacity(name, units, this.#mode)
      return ConsumedCapacity ?? []
    })
    return { ConsumedCapacity: all }
  }
}

/** What every operation may be given. */
const always: ReadonlySet<string> = new Set(['ReturnConsumedCapacity'])

/** A parameter that would be ignored changes what a request means, so it is refused by name. */
export function refuseUnknown(operation: string, input: object, known: ReadonlySet<string>): void {
  for (const name in input)
    if (!known.has(name) && !always.has(name) && (input as Record<string, unknown>)[name] !== undefined)
      throw unsupported(`the parameter ${name} of ${operation}`)
}

/** The key of a `Key` parameter, which holds the key and nothing else. */
export function readKey(table: Table, input: unknown): ItemKey {
  const key = readItem(input)
  const { partition, sort } = table.schema.keys
  const names = Object.keys(key)
  const wanted = sort === undefined ? [partition] : [partition, sort]
  if (names.length !== wanted.length || !wanted.every((name) => name in key))
    throw invalid('The provided key element does not match the schema')
  for (const name of wanted)
    if (!('S' in (key[name] ?? {}))) throw invalid('The provided key element does not match the schema')
  return keyOf(table, key)
}

const longestPartitionKey = 2048
const longestSortKey = 1024

/** The key of an item that is to be stored. Throws `ValidationException` where it has none, or one that no table takes. */
export function keyOf(table: Table, item: Item): ItemKey {
  const { partition, sort } = table.schema.keys
  const pk = keyText(item, partition, longestPartitionKey, 'Size of hashkey')
  return { pk, sk: sort === undefined ? '' : keyText(item, sort, longestSortKey, 'Aggregated size of all range keys') }
}

function keyText(item: Item, name: string, longest: number, what: string): string {
  const value = item[name]
  if (value === undefined)
    throw invalid(`One or more parameter values were invalid: Missing the key ${name} in the item`)
  if (!('S' in value))
    throw invalid(
      `One or more parameter values were invalid: Type mismatch for key ${name} expected: S actual: ${Object.keys(value)[0]}`,
    )
  if (value.S === '')
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
    )
  if (Buffer.byteLength(value.S) > longest)
    throw invalid(
      `One or more parameter values were invalid: ${what} has exceeded the maximum size limit of${longest} bytes`,
    )
  return value.S.toWellFormed()
}

/** Keys of indexes may be absent, but not of another type, empty or too long. */
export function checkIndexKeys(table: Table, item: Item): void {
  for (const { name: index, keys } of table.schema.indexes)
    for (const name of keys.sort === undefined ? [keys.partition] : [keys.partition, keys.sort]) {
      const value = item[name]
      if (value === undefined) continue
      if (!('S' in value))
        throw invalid(
          `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: S Actual: ${Object.keys(value)[0]} IndexName: ${index}`,
        )
      if (value.S === '')
        throw invalid(
          `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: ${index}, IndexKey: ${name}`,
        )
    }
}

export function keyItem(table: Table, { pk, sk }: ItemKey): Item {
  const { partition, sort } = table.schema.keys
  return { [partition]: readValue({ S: pk }), ...(sort !== undefined && { [sort]: readValue({ S: sk }) }) }
}
