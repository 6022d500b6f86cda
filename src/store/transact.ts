/** One DynamoDB transaction, with the patience that contention asks for. */
import { type DynamoDBClient, type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import { GatewayError } from '../errors.ts'
import { cancellationCodes } from './table-errors.ts'

const tries = 8

/**
 * Writes all or nothing. Throws GatewayError `conflict` with the sentence of the first part whose condition failed.
 * The SDK's own repetition is safe here: it sends the same idempotency token.
 */
export async function transact(
  client: DynamoDBClient,
  ambient: Pick<Ambient, 'random' | 'schedule'>,
  parts: readonly { readonly write: TransactWriteItem; readonly conflict: string }[],
): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: parts.map((part) => part.write) }))
      return
    } catch (thrown) {
      const codes = cancellationCodes(thrown)
      const failed = codes.indexOf('ConditionalCheckFailed')
      if (failed >= 0)
        throw new GatewayError('conflict', parts[failed]?.conflict ?? 'somebody wrote at once', {}, thrown)
      if (!codes.includes('TransactionConflict') || tried === tries) throw thrown
      await new Promise<void>((resolve) => void ambient.schedule(ambient.random() * 20 * 2 ** tried, resolve))
    }
  }
}
