/** The version of what is in the tables: written by the first program that uses them, and asked before scheduled work and before a local start. */
import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { GatewayError } from '../errors.ts'
import { keyItem, number, readNumber } from './attributes.ts'
import { logKeys } from './keys.ts'
import { logsLayout } from './log-attributes.ts'
import { isConditionFailed } from './table-errors.ts'

const versionAttribute = 'version'

/** Throws GatewayError `internal` for tables that a later version has written: what it knows of them would be lost. */
export async function checkSchemaVersion(options: {
  readonly client: DynamoDBClient
  /** The logs table. */
  readonly table: string
}): Promise<void> {
  const { client, table } = options
  const Key = keyItem(logKeys.schemaVersion())
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))
  const found = (Item && readNumber(Item, versionAttribute)) ?? 1
  if (found > logsLayout)
    throw new GatewayError(
      'internal',
      `the tables have the schema version ${found}, and this version of Sluice knows up to ${logsLayout}; run the version that wrote them, or a later one`,
    )
  if (found < logsLayout) await raiseVersion(options)
}

async function raiseVersion({ client, table }: Parameters<typeof checkSchemaVersion>[0]): Promise<void> {
  try {
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: keyItem(logKeys.schemaVersion()),
        UpdateExpression: 'SET #version = :version',
        ConditionExpression: 'attribute_not_exists(#version) OR #version < :version',
        ExpressionAttributeNames: { '#version': versionAttribute },
        ExpressionAttributeValues: { ':version': number(logsLayout) },
      }),
    )
  } catch (thrown) {
    // somebody else has raised it
    if (!isConditionFailed(thrown)) throw thrown
  }
}
