/** The tables of a local run: in this process over a file of the data folder or in memory, or wherever the environment names a DynamoDB. */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GatewayError } from '../errors.ts'
import { connectClient, type TableClient } from './engine/connect-client.ts'
import { type EmbeddedEngine, openEmbeddedEngine } from './engine/embedded-engine.ts'
import { type HttpEndpoint, listenForClients } from './engine/http-endpoint.ts'
import { lockFolder } from './folder-lock.ts'
import { adoptFormerDatabase } from './former-database.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Constructor options of the SDK's clients. */
export interface ClientOptions {
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly endpoint?: string
}

export interface Engine {
  readonly clientOptions: ClientOptions
  /** Where other processes reach it, if they do. */
  readonly endpoint?: string
  /** In this process, over a folder that is locked: nobody else uses it. Absent = somebody else's. */
  readonly embedded?: EmbeddedEngine
  /** Has the client answered from where the tables are. */
  connect<T extends TableClient>(client: T): T
  stop(): Promise<void>
  /** Called when nothing more can be stored although nobody stopped it. */
  onExit(callback: (reason: string) => void): void
}

export const localOptions: ClientOptions = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
}

const databaseFile = 'tables.sqlite'

/** An endpoint named in the environment wins. `dataFolder` absent = in memory. Throws GatewayError for a folder that is in use or cannot be read. */
export async function startEngine(options: {
  readonly dataFolder?: string
  readonly variables: Variables
  readonly now?: () => number
}): Promise<Engine> {
  const { dataFolder, variables, now = Date.now } = options
  const unlock = dataFolder === undefined ? () => {} : lockFolder(dataFolder)
  try {
    const named = variables.AWS_ENDPOINT_URL_DYNAMODB || variables.DYNAMODB_ENDPOINT
    if (named) return namedEngine(named, unlock)
    return dataFolder === undefined
      ? embeddedEngine(openEmbeddedEngine({ now }))
      : await openFolder(dataFolder, now, unlock)
  } catch (thrown) {
    unlock()
    throw thrown
  }
}

function namedEngine(endpoint: string, unlock: () => void): Engine {
  return {
    clientOptions: { ...localOptions, endpoint },
    endpoint,
    connect: (client) => client,
    stop: async () => unlock(),
    onExit: () => {},
  }
}

async function openFolder(folder: string, now: () => number, unlock: () => void): Promise<Engine> {
  const path = join(folder, databaseFile)
  if (!existsSync(path)) adoptFormerDatabase(folder, path, now)
  const embedded = openEmbeddedEngine({ path, now })
  const announcement = await announce(folder, embedded)
  const engine = embeddedEngine(embedded, announcement.endpoint)
  return {
    ...engine,
    async stop() {
      await announcement.close()
      await engine.stop()
      unlock()
    },
  }
}

function embeddedEngine(embedded: EmbeddedEngine, endpoint?: string): Engine {
  return {
    clientOptions: localOptions,
    ...(endpoint !== undefined && { endpoint }),
    embedded,
    connect(client) {
      connectClient(client, embedded)
      return client
    },
    stop: () => embedded.close(),
    onExit: (callback) => embedded.onBroken((reason) => callback(`the database can no longer be written: ${reason}`)),
  }
}

/** Where the engine of a running program listens, and the access key that it asks for. Readable by its owner only. */
const endpointFile = 'endpoint'

async function announce(folder: string, engine: EmbeddedEngine): Promise<HttpEndpoint> {
  const accessKeyId = randomUUID()
  const listening = await listenForClients(engine, accessKeyId)
  const path = join(folder, endpointFile)
  writeFileSync(path, JSON.stringify({ endpoint: listening.endpoint, accessKeyId }), { mode: 0o600 })
  return {
    endpoint: listening.endpoint,
    close() {
      rmSync(path, { force: true })
      return listening.close()
    },
  }
}

/** How reports reach the tables of a program that runs. Means nothing while the folder is not locked. */
export function readAnnouncement(folder: string): ClientOptions | undefined {
  try {
    const { endpoint, accessKeyId } = JSON.parse(readFileSync(join(folder, endpointFile), 'utf8')) as {
      readonly endpoint: string
      readonly accessKeyId: string
    }
    return { region: localOptions.region, endpoint, credentials: { accessKeyId, secretAccessKey: 'local' } }
  } catch {
    return undefined
  }
}

/** The tables of a data folder for a report: those of a program that runs, else opened for as long as the report takes. */
export async function visitFolder(
  folder: string,
  variables: Variables,
): Promise<Engine & { readonly isRunning: boolean }> {
  try {
    return { ...(await startEngine({ dataFolder: folder, variables })), isRunning: false }
  } catch (thrown) {
    const clientOptions = readAnnouncement(folder)
    if (!(thrown instanceof GatewayError) || clientOptions === undefined) throw thrown
    return { clientOptions, isRunning: true, connect: (client) => client, stop: async () => {}, onExit: () => {} }
  }
}
