/** A database that answers late, refuses for load or cannot be reached: one error that tells clients to try again. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GatewayError } from '../errors.ts'

const throttles: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
])
const unreachable: ReadonlySet<string> = new Set(['TimeoutError', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND'])
const retryAfterMs = 1_000

/** One item, or its partition, takes no more just now. */
export function isThrottled(thrown: unknown): boolean {
  const { cause } = thrown instanceof Error ? thrown : { cause: undefined }
  return [thrown, cause].some((each) => each instanceof Error && throttles.has(each.name))
}

/** Says so of everything that this client throws, once the SDK has given up. */
export function tellingLateness(client: DynamoDBClient): DynamoDBClient {
  client.middlewareStack.add(
    (next) => async (given) => {
      try {
        return await next(given)
      } catch (thrown) {
        throw isLate(thrown) ? lateError(thrown) : thrown
      }
    },
    { step: 'initialize', priority: 'high', name: 'tellLateness' },
  )
  return client
}

function isLate(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || thrown instanceof GatewayError) return false
  const { code, $metadata } = thrown as { code?: unknown; $metadata?: { httpStatusCode?: number } }
  const isServerFault = ($metadata?.httpStatusCode ?? 0) >= 500
  return isServerFault || isThrottled(thrown) || unreachable.has(thrown.name) || unreachable.has(String(code))
}

function lateError(cause: unknown): GatewayError {
  return new GatewayError(
    'database_unavailable',
    'the database of this gateway did not answer in time, so the request was not carried out; try again',
    { retryAfterMs },
    cause,
  )
}
