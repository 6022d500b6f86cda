/** Feedback in the logs table, by workspace and day. Implements the observe room's FeedbackStore. */
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import type { Feedback, FeedbackStore } from '../observe/feedback.ts'
import { type Item, isExpired, json, keyItem, number, readJson, text } from './attributes.ts'
import { feedbackKeys, isPossible } from './keys.ts'

const dayMs = 86_400_000

export function createFeedback(options: {
  readonly client: DynamoDBClient
  /** The logs table. */
  readonly table: string
  readonly ttlDays: number
  readonly ambient: Pick<Ambient, 'now'>
}): FeedbackStore {
  const { client, table, ttlDays, ambient } = options
  return {
    async put(feedback) {
      const expires = number(Math.ceil((feedback.createdAtMs + ttlDays * dayMs) / 1000))
      const { workspaceId, createdAtMs, id } = feedback
      const place = feedbackKeys.inDay(workspaceId, createdAtMs, id)
      const write = (Item: Item) => client.send(new PutItemCommand({ TableName: table, Item }))
      // the way to it by its id first: a listing without it is found again, the other way round it is not
      await write({
        ...keyItem(feedbackKeys.pointer(id)),
        feedbackPk: text(place.pk),
        feedbackSk: text(place.sk),
        expires,
      })
      await write({ ...keyItem(place), feedback: json(feedback), expires })
    },
    async read(id) {
      const key = feedbackKeys.pointer(id)
      if (!isPossible(key)) return undefined
      const { Item: pointer } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyItem(key), ConsistentRead: true }),
      )
      const [pk, sk] = [pointer?.feedbackPk?.S, pointer?.feedbackSk?.S]
      if (pk === undefined || sk === undefined) return undefined
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyItem({ pk, sk }), ConsistentRead: true }),
      )
      return Item && !isExpired(Item, ambient.now()) ? readJson<Feedback>(Item, 'feedback') : undefined
    },
    async listSince(workspaceId, sinceMs) {
      const nowMs = ambient.now()
      const found: Feedback[] = []
      const oldestMs = Math.max(sinceMs, nowMs - ttlDays * dayMs)
      for (let day = Math.floor(oldestMs / dayMs); day <= Math.floor(nowMs / dayMs); day++) {
        const pk = feedbackKeys.day(workspaceId, day * dayMs)
        let startKey: Item | undefined
        do {
          const page: QueryCommandOutput = await client.send(
            new QueryCommand({
              TableName: table,
              KeyConditionExpression: 'pk = :pk',
              ExpressionAttributeValues: { ':pk': text(pk) },
              ...(startKey && { ExclusiveStartKey: startKey }),
            }),
          )
          found.push(...(page.Items ?? []).flatMap((item) => readJson<Feedback>(item, 'feedback') ?? []))
          startKey = page.LastEvaluatedKey
        } while (startKey)
      }
      return found.filter(({ createdAtMs }) => createdAtMs >= sinceMs)
    },
  }
}
