/** Fresh tables for a test file: the embedded engine in memory, or the endpoint in DYNAMODB_ENDPOINT. */
import { randomUUID } from 'node:crypto'
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Environment } from '../../src/environment.ts'
import { createTables } from '../../src/local/create-tables.ts'
import { listenForClients } from '../../src/local/engine/http-endpoint.ts'
import { type Engine, localOptions, startEngine } from '../../src/local/engine.ts'
import type { ClientOverrides } from '../../src/store/clients.ts'

export interface SharedEngine extends Engine {
  /** For clients in other processes, and for those that a test puts something in front of. */
  readonly endpoint: string
}

export interface TestEngine extends SharedEngine {
  /** In this process. */
  readonly client: DynamoDBClient
  /** Builds the program's clients over it. */
  readonly overrides: Pick<ClientOverrides, 'dynamo' | 'connectDynamo'>
  /** Table names are random, so that test files may share an endpoint. */
  readonly environment: Environment
}

/** What SDK clients need beside the endpoint; the engine accepts any. */
export const engineCredentials = localOptions

/** An engine without tables that other processes reach as well. */
export async function startSharedEngine(): Promise<SharedEngine> {
  const engine = await startEngine({ variables: process.env })
  if (engine.endpoint !== undefined) return { ...engine, endpoint: engine.endpoint }
  const { endpoint, close } = await listenForClients({
    execute: (name, input) => embeddedOf(engine).execute(name, input),
  })
  return {
    ...engine,
    endpoint,
    async stop() {
      await close()
      await engine.stop()
    },
  }
}

function embeddedOf({ embedded }: Engine) {
  if (embedded === undefined) throw new Error('the tables are not in this process')
  return embedded
}

export function overridesOf(engine: Engine): TestEngine['overrides'] {
  return { dynamo: engine.clientOptions, connectDynamo: engine.connect }
}

/** Call it in `beforeAll`, and `stop` in `afterAll`. */
export async function startTestEngine(): Promise<TestEngine> {
  const engine = await startSharedEngine()
  const client = engine.connect(new DynamoDBClient(engine.clientOptions))
  const environment = testEnvironment(randomUUID().slice(0, 8))
  await createTables(client, environment)
  return {
    ...engine,
    client,
    overrides: overridesOf(engine),
    environment,
    async stop() {
      if (engine.embedded === undefined) await dropTables(client, environment)
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
