/** Keeps what is told to operators for the audit, with the addresses that have not taken it: when it comes again, only they get it. */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { type AddressName, IncompleteDelivery } from './announce.ts'
import { type Item, json, keyItem, readText } from './attributes.ts'

interface NoticeDelivery {
  readonly client: DynamoDBClient
  /** The counters table. */
  readonly table: string
  readonly key: { readonly pk: string; readonly sk: string }
  readonly attributes: Item
  /** `only` absent = to every address. Throws IncompleteDelivery when some did not take it. */
  readonly deliver: (only?: readonly AddressName[]) => Promise<void>
}

const missingAttribute = 'missing'

/** Throws what `deliver` throws, so that the notice comes again. */
export async function keepAndDeliver({ client, table, key, attributes, deliver }: NoticeDelivery): Promise<void> {
  const { Item: former } = await client.send(
    new GetItemCommand({ TableName: table, Key: keyItem(key), ConsistentRead: true }),
  )
  const text = former && readText(former, missingAttribute)
  const missing = text === undefined ? undefined : (JSON.parse(text) as readonly AddressName[])
  const keep = (more: Item = {}) =>
    client.send(new PutItemCommand({ TableName: table, Item: { ...keyItem(key), ...attributes, ...more } }))
  await keep(missing && { [missingAttribute]: json(missing) })
  try {
    await deliver(missing)
  } catch (thrown) {
    if (thrown instanceof IncompleteDelivery) await keep({ [missingAttribute]: json(thrown.missing) })
    throw thrown
  }
  if (missing !== undefined) await keep()
}
