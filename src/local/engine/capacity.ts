/** Consumed capacity by DynamoDB's rules: what a read or a write would cost on AWS. Pure. */
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb'
import type { Item } from './item.ts'
import { projectInto, type TableSchema } from './schema.ts'
import { isSameItem, itemSize } from './values.ts'

const writeUnitBytes = 1024
const readUnitBytes = 4096

/** Units of one table and of its indexes. */
export interface Units {
  table: number
  readonly indexes: Map<string, number>
}

export type CapacityMode = 'NONE' | 'TOTAL' | 'INDEXES'

export function noUnits(): Units {
  return { table: 0, indexes: new Map() }
}

/** `bytes` of all items that were looked at together. */
export function readUnits(bytes: number, isConsistent: boolean): number {
  return (Math.max(1, Math.ceil(bytes / readUnitBytes)) * (isConsistent ? 2 : 1)) / 2
}

/** The larger of both sizes; twice in a transaction. An index, which follows by itself, is charged once for what moves in it. */
export function addWriteUnits(
  units: Units,
  schema: TableSchema,
  change: { readonly before: Item | undefined; readonly after: Item | undefined; readonly isTransaction: boolean },
): void {
  const { before, after } = change
  const factor = change.isTransaction ? 2 : 1
  units.table += factor * writeUnits(before, after)
  for (const index of schema.indexes) {
    const old = before && projectInto(index, schema, before)
    const fresh = after && projectInto(index, schema, after)
    if (old === undefined && fresh === undefined) continue
    if (old !== undefined && fresh !== undefined && isSameItem(old, fresh)) continue
    const isMoved =
      old !== undefined &&
      fresh !== undefined &&
      [index.keys.partition, index.keys.sort ?? index.keys.partition].some(
        (name) => JSON.stringify(old[name]) !== JSON.stringify(fresh[name]),
      )
    const used = isMoved ? writeUnits(old, undefined) + writeUnits(undefined, fresh) : writeUnits(old, fresh)
    units.indexes.set(index.name, (units.indexes.get(index.name) ?? 0) + used)
  }
}

function writeUnits(before: Item | undefined, after: Item | undefined): number {
  const bytes = Math.max(before === undefined ? 0 : itemSize(before), after === undefined ? 0 : itemSize(after))
  return Math.max(1, Math.ceil(bytes / writeUnitBytes))
}

/** In an answer; nothing where it was not asked for. */
export function describeCapacity(
  name: string,
  units: Units,
  mode: CapacityMode,
): { readonly ConsumedCapacity?: ConsumedCapacity } {
  if (mode === 'NONE') return {}
  const indexes = [...units.indexes].map(([index, used]) => [index, { CapacityUnits: used }] as const)
  const total = indexes.reduce((sum, [, { CapacityUnits }]) => sum + CapacityUnits, units.table)
  const detail = mode === 'INDEXES' && {
    Table: { CapacityUnits: units.table },
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: Object.fromEntries(indexes) }),
  }
  return { ConsumedCapacity: { TableName: name, CapacityUnits: total, ...detail } }
}
