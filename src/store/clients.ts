/** The AWS SDK clients, built on first use. Where they connect and as whom is the SDK's own matter unless the caller overrides it. */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import type { S3VectorsClient, S3VectorsClientConfig } from '@aws-sdk/client-s3vectors'
import type { SecretsManagerClient, SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { tellingLateness } from './late-database.ts'

/** Constructor options laid over ours, per client. */
export interface ClientOverrides {
  readonly dynamo?: DynamoDBClientConfig
  readonly secretsManager?: SecretsManagerClientConfig
  readonly s3?: S3ClientConfig
  readonly s3Vectors?: S3VectorsClientConfig
  /** Sees every DynamoDB client that is made, before it is used: where its tables are in this process. */
  readonly connectDynamo?: (client: DynamoDBClient) => DynamoDBClient
}

export interface Clients {
  readonly dynamo: DynamoDBClient
  /** Never repeats a request: for additions, whose second try could count twice. Same connections. */
  readonly dynamoOnce: DynamoDBClient
  secretsManager(): Promise<SecretsManagerClient>
  s3(): Promise<S3Client>
  s3Vectors(): Promise<S3VectorsClient>
  /** Closes every connection. */
  destroy(): void
}

/** A table answers in milliseconds; what takes longer is better tried again. Waiting for a free socket, and for a busy process, counts as connecting. */
const tableHttp = { connectionTimeout: 5_000, requestTimeout: 3_000, throwOnRequestTimeout: true }
const objectHttp = { connectionTimeout: 2_000, requestTimeout: 30_000, throwOnRequestTimeout: true }
/** A look that takes longer is not worth waiting for. */
const vectorHttp = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true }
const keptAlive = { keepAlive: true, maxSockets: 256 }

/** `createClients()` on AWS; `createClients({ dynamo: { endpoint, region, credentials } })` elsewhere. */
export function createClients(overrides: ClientOverrides = {}): Clients {
  const opened: { destroy(): void }[] = []
  const keep = <T extends { destroy(): void }>(client: T): T => {
    opened.push(client)
    return client
  }
  const handler = once(() => new NodeHttpHandler({ ...tableHttp, httpAgent: keptAlive, httpsAgent: keptAlive }))
  const connect = overrides.connectDynamo ?? ((client: DynamoDBClient) => client)
  const openDynamo = (maxAttempts: number) =>
    keep(
      tellingLateness(
        connect(withoutLog(new DynamoDBClient({ requestHandler: handler(), ...overrides.dynamo, maxAttempts }))),
      ),
    )
  const dynamo = once(() => openDynamo(overrides.dynamo?.maxAttempts === 1 ? 1 : 4))
  const dynamoOnce = once(() => openDynamo(1))
  const secretsManager = once(async () => {
    const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
    return keep(new SecretsManagerClient({ requestHandler: tableHttp, maxAttempts: 4, ...overrides.secretsManager }))
  })
  const s3 = once(async () => {
    const { S3Client } = await import('@aws-sdk/client-s3')
    return keep(new S3Client({ requestHandler: objectHttp, maxAttempts: 4, ...overrides.s3 }))
  })
  const s3Vectors = once(async () => {
    const { S3VectorsClient } = await import('@aws-sdk/client-s3vectors')
    return keep(new S3VectorsClient({ requestHandler: vectorHttp, maxAttempts: 2, ...overrides.s3Vectors }))
  })
  return {
    get dynamo() {
      return dynamo()
    },
    get dynamoOnce() {
      return dynamoOnce()
    },
    secretsManager,
    s3,
    s3Vectors,
    destroy: () => {
      for (const client of opened) client.destroy()
    },
  }
}

/** The SDK copies everything that is sent and received for a log that nobody has asked for. */
function withoutLog(client: DynamoDBClient): DynamoDBClient {
  client.middlewareStack.remove('loggerMiddleware')
  return client
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
