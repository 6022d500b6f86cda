/** How far a stream's shard was followed, for whoever follows it without AWS's own bookkeeping. */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { keyItem, readText, text } from './attributes.ts'
import { counterKeys } from './keys.ts'

export interface StreamPositions {
  /** The last sequence number that is done; undefined = none. */
  read(shard: string): Promise<string | undefined>
  write(shard: string, sequence: string): Promise<void>
}

export function createStreamPositions(options: {
  readonly client: DynamoDBClient
  /** The counters table. */
  readonly table: string
}): StreamPositions {
  const { client, table } = options
  return {
    async read(shard) {
      const Key = keyItem(counterKeys.streamPosition(shard))
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))
      return Item && readText(Item, 'sequence')
    },
    async write(shard, sequence) {
      const Item = { ...keyItem(counterKeys.streamPosition(shard)), sequence: text(sequence) }
      await client.send(new PutItemCommand({ TableName: table, Item }))
    },
  }
}
