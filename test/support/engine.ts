/** One embedded engine with fresh tables for a test file, in memory, or fresh tables at the endpoint in DYNAMODB_ENDPOINT. */
import { randomUUID } from 'node:crypto'
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Environment } from '../../src/environment.ts'
import { createTables } from '../../src/local/create-tables.ts'
import { startEngine } from '../../src/local/engine.ts'

export interface TestEngine {
  readonly endpoint: string
  readonly client: DynamoDBClient
  /** Table names are random, so that test files may share an endpoint. */
  readonly environment: Environment
  stop(): Promise<void>
}

/** What SDK clients need beside the endpoint; the engine accepts any. */
export const engineCredentials = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
} as const

/** Call it in `beforeAll`, and `stop` in `afterAll`. */
export async function startTestEngine(dataFolder?: string): Promise<TestEngine> {
  const engine = await startEngine({
    variables: process.env,
    ...(dataFolder !== undefined && { dataFolder }),
  })
  const client = new DynamoDBClient({ endpoint: engine.endpoint, ...engineCredentials })
  const environment = testEnvironment(randomUUID().slice(0, 8))
  await createTables(client, environment)
  return {
    endpoint: engine.endpoint,
    client,
    environment,
    async stop() {
      if (process.env.AWS_ENDPOINT_URL_DYNAMODB || process.env.DYNAMODB_ENDPOINT) await dropTables(client, environment)
      client.destroy()
      await engine.stop()
    },
  }
}

function testEnvironment(suffix: string): Environment {
  return {
    catalogTable: `catalog-${suffix}`,
    countersTable: `counters-${suffix}`,
    logsTable: `logs-${suffix}`,
    cacheTable: `cache-${suffix}`,
    secretsPrefix: 'sluice/',
    allowedHosts: [],
    corsOrigins: ['*'],
    corsHeaders: ['*'],
    logTtlDays: 90,
  }
}

async function dropTables(client: DynamoDBClient, environment: Environment): Promise<void> {
  const { catalogTable, countersTable, logsTable, cacheTable } = environment
  for (const table of [catalogTable, countersTable, logsTable, cacheTable])
    await client.send(new DeleteTableCommand({ TableName: table }))
}
