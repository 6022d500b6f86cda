/** The exceptions of DynamoDB that the tables in this process throw, under the names and with the messages of the service. */
import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ResourceInUseException,
  ResourceNotFoundException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb'
import type { Item } from './item.ts'

const $metadata = {}

/** A request that the service would refuse whoever sent it. */
export function invalid(message: string): DynamoDBServiceException {
  return new DynamoDBServiceException({ name: 'ValidationException', $fault: 'client', message, $metadata })
}

/** An operation, parameter or kind of table that the service has and these tables do not. */
export function unsupported(what: string): DynamoDBServiceException {
  const message = `the embedded engine does not support ${what}; set DYNAMODB_ENDPOINT to use another DynamoDB`
  return new DynamoDBServiceException({ name: 'NotSupportedByEmbeddedEngine', $fault: 'client', message, $metadata })
}

/** A stream error: `TrimmedDataAccessException`, `ExpiredIteratorException`. */
export function streamError(name: string, message: string): DynamoDBServiceException {
  return new DynamoDBServiceException({ name, $fault: 'client', message, $metadata })
}

/** The disk refused what was written; nothing of it is stored. */
export function writeFailed(reason: string): DynamoDBServiceException {
  const message = `the database file could not be written: ${reason}`
  return new DynamoDBServiceException({ name: 'InternalServerError', $fault: 'server', message, $metadata })
}

/** `item` is the item that failed the condition, where the request asked for it. */
export function conditionFailed(item?: Item): ConditionalCheckFailedException {
  const message = 'The conditional request failed'
  return new ConditionalCheckFailedException({ message, $metadata, ...(item !== undefined && { Item: item }) })
}

export function notFound(): ResourceNotFoundException {
  return new ResourceNotFoundException({ message: 'Requested resource not found', $metadata })
}

export function tableNotFound(name: string): ResourceNotFoundException {
  const message = `Requested resource not found: Table: ${name} not found`
  return new ResourceNotFoundException({ message, $metadata })
}

export function tableExists(name: string): ResourceInUseException {
  return new ResourceInUseException({ message: `Table already exists: ${name}`, $metadata })
}

export interface CancellationReason {
  readonly Code: string
  readonly Message?: string
  readonly Item?: Item
}

/** One reason for each part of the transaction, `None` for a part that was not the cause. */
export function transactionCancelled(reasons: readonly CancellationReason[]): TransactionCanceledException {
  const codes = reasons.map((reason) => reason.Code).join(', ')
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`
  return new TransactionCanceledException({ message, $metadata, CancellationReasons: [...reasons] })
}
