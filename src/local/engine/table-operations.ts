/** Operations on tables themselves. */
import type {
  CreateTableCommandInput,
  DeleteTableCommandInput,
  DescribeTableCommandInput,
  DescribeTimeToLiveCommandInput,
  ListTablesCommandInput,
  UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb'
import { invalid } from './errors.ts'
import { type OperationRequest, refuseUnknown } from './request.ts'
import { describe, readSchema } from './schema.ts'

const byName = new Set(['TableName'])

export function createTable({ tables }: OperationRequest, input: CreateTableCommandInput) {
  const table = tables.create(readSchema(input, tables.now()))
  return { TableDescription: describe(table.schema, 0) }
}

export function describeTable({ tables }: OperationRequest, input: DescribeTableCommandInput) {
  refuseUnknown('DescribeTable', input, byName)
  const table = tables.find(input.TableName)
  return { Table: describe(table.schema, table.count()) }
}

export async function deleteTable({ tables }: OperationRequest, input: DeleteTableCommandInput) {
  refuseUnknown('DeleteTable', input, byName)
  const table = tables.find(input.TableName)
  await tables.drop(table)
  return { TableDescription: { ...describe(table.schema, 0), TableStatus: 'DELETING' } }
}

const listParameters = new Set(['ExclusiveStartTableName', 'Limit'])

export function listTables({ tables }: OperationRequest, input: ListTablesCommandInput) {
  refuseUnknown('ListTables', input, listParameters)
  const { ExclusiveStartTableName: start = '', Limit: limit = 100 } = input
  const names = tables.names.filter((name) => name > start)
  const page = names.slice(0, limit)
  return { TableNames: page, ...(page.length < names.length && { LastEvaluatedTableName: page.at(-1) }) }
}

const lifetimeParameters = new Set(['TableName', 'TimeToLiveSpecification'])

export function updateTimeToLive({ tables }: OperationRequest, input: UpdateTimeToLiveCommandInput) {
  refuseUnknown('UpdateTimeToLive', input, lifetimeParameters)
  const { AttributeName: attribute, Enabled: isEnabled } = input.TimeToLiveSpecification ?? {}
  if (attribute === undefined || !/^[A-Za-z0-9_.-]{1,255}$/.test(attribute))
    throw invalid(`the attribute name '${attribute}' of a time to live is none that the embedded engine takes`)
  const table = tables.find(input.TableName)
  if (isEnabled === (table.schema.timeToLive !== undefined))
    throw invalid(`TimeToLive is already ${isEnabled ? 'enabled' : 'disabled'}`)
  tables.setTimeToLive(table, isEnabled ? attribute : undefined)
  return { TimeToLiveSpecification: input.TimeToLiveSpecification }
}

export function describeTimeToLive({ tables }: OperationRequest, input: DescribeTimeToLiveCommandInput) {
  refuseUnknown('DescribeTimeToLive', input, byName)
  const { timeToLive } = tables.find(input.TableName).schema
  return {
    TimeToLiveDescription:
      timeToLive === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive },
  }
}
