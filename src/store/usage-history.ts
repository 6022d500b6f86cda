/** Windows that are over, kept for about a year beside the counters they came from. Implements the windows job's UsageHistory. */
import { type DynamoDBClient, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb'
import type { LimitOwner } from '../limits/limit.ts'
import type { ArchivedWindow, UsageHistory } from '../limits/windows-job.ts'
import { json, keyItem, number, readJson, text } from './attributes.ts'
import { counterKeys } from './keys.ts'

interface CountersTable {
  readonly client: DynamoDBClient
  readonly table: string
}

export interface StoredHistory extends UsageHistory {
  /** Oldest first. */
  list(owner: Pick<LimitOwner, 'kind' | 'id'>): Promise<readonly ArchivedWindow[]>
}

const keptMs = 400 * 86_400_000

export function createUsageHistory({ client, table }: CountersTable): StoredHistory {
  return {
    async keep(window) {
      const Item = {
        ...keyItem(counterKeys.history(window.owner, window.startMs, window.counter)),
        window: json(window),
        expires: number(Math.ceil(((window.endMs ?? window.startMs) + keptMs) / 1000)),
      }
      await client.send(new PutItemCommand({ TableName: table, Item }))
    },
    async list(owner) {
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': text(counterKeys.historyOf(owner)) },
        },
      )
      const windows: ArchivedWindow[] = []
      for await (const page of pages)
        windows.push(...(page.Items ?? []).flatMap((item) => readJson<ArchivedWindow>(item, 'window') ?? []))
      return windows
    },
  }
}
