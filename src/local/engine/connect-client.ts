/** Lets the SDK's clients be answered by the engine in this process: nothing is serialised, signed or sent. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import type { EmbeddedEngine } from './embedded-engine.ts'

export type TableClient = DynamoDBClient | DynamoDBStreamsClient

/** A command of the SDK, which carries the model of its operation; the name of its class would not survive a minifier. */
interface Command {
  readonly input: object
  readonly schema?: readonly unknown[]
}

const $metadata = {}

/** Replaces the client's `send`. Commands, answers and exceptions stay those of the SDK. */
export function connectClient(client: TableClient, engine: Pick<EmbeddedEngine, 'execute'>): void {
  const finish = (output: object) => Object.assign(output, { $metadata })
  const send = ({ input, schema }: Command) => engine.execute(String(schema?.[2]), input, finish)
  Object.defineProperty(client, 'send', { value: send })
}
