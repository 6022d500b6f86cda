/** Creates the tables from their definitions where they are missing. Safe to run at every start. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { systemAmbient } from '../ambient.ts'
import type { Environment } from '../environment.ts'
import { GatewayError } from '../errors.ts'
import { type TableDefinition, tableDefinitions } from '../tables.ts'

export async function createTables(
  client: DynamoDBClient,
  environment: Pick<Environment, 'catalogTable' | 'countersTable' | 'logsTable' | 'cacheTable'>,
): Promise<void> {
  await createTable(client, environment.catalogTable, tableDefinitions.catalog)
  await createTable(client, environment.countersTable, tableDefinitions.counters)
  await createTable(client, environment.logsTable, tableDefinitions.logs)
  if (environment.cacheTable) await createTable(client, environment.cacheTable, tableDefinitions.cache)
}

async function createTable(client: DynamoDBClient, name: string, definition: TableDefinition): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableInput(name, definition)))
  } catch (thrown) {
    if (isNamed(thrown, 'ResourceInUseException')) return
    throw thrown
  }
  await untilActive(client, name)
  const specification = { AttributeName: definition.timeToLive, Enabled: true }
  await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: specification }))
}

function tableInput(name: string, definition: TableDefinition): CreateTableCommandInput {
  const keys = [definition, ...definition.indexes].flatMap((part) => [part.partitionKey, part.sortKey])
  const indexes = definition.indexes.map((index) => ({
    IndexName: index.name,
    KeySchema: keySchema(index),
    Projection: index.projected
      ? { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...index.projected] }
      : { ProjectionType: 'ALL' as const },
  }))
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keySchema(definition),
    AttributeDefinitions: [...new Set(keys)].map((key) => ({ AttributeName: key, AttributeType: 'S' as const })),
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    ...(definition.isStreamed && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const },
    }),
  }
}

function keySchema(part: { readonly partitionKey: string; readonly sortKey: string }) {
  return [
    { AttributeName: part.partitionKey, KeyType: 'HASH' as const },
    { AttributeName: part.sortKey, KeyType: 'RANGE' as const },
  ]
}

async function untilActive(client: DynamoDBClient, name: string): Promise<void> {
  const { schedule } = systemAmbient()
  for (let tries = 0; tries < 200; tries++) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
    const indexes = Table?.GlobalSecondaryIndexes ?? []
    if (Table?.TableStatus === 'ACTIVE' && indexes.every((index) => index.IndexStatus === 'ACTIVE')) return
    await new Promise<void>((resolve) => schedule(100, resolve))
  }
  throw new GatewayError('internal', `the table ${name} did not become active within 20 seconds`)
}

function isNamed(thrown: unknown, name: string): boolean {
  return thrown instanceof Error && thrown.name === name
}
