/** The ports of gateway and admin over AWS, from one environment and one set of clients. */
import type { ApiKeyStore, DocumentStore, SecretStore } from '../admin/ports.ts'
import type { Ambient } from '../ambient.ts'
import type { AnswerCache } from '../cache/entry.ts'
import type { CatalogStore } from '../catalog/catalog.ts'
import { type Environment, environmentNames } from '../environment.ts'
import { GatewayError } from '../errors.ts'
import type { Vault } from '../gateway/ports.ts'
import type { EmergencyStopStore } from '../identity/emergency-stop.ts'
import type { FeedbackStore } from '../observe/feedback.ts'
import type { RowSource } from '../observe/ports.ts'
import type { PayloadStore } from '../records/log.ts'
import type { BreakerStore } from '../routing/circuit.ts'
import type { ConfigStore } from '../routing/config.ts'
import { createAnswerCache } from './answer-cache.ts'
import { createApiKeys } from './api-keys.ts'
import { createBreakerStore } from './breaker.ts'
import { createCatalog } from './catalog.ts'
import type { Clients } from './clients.ts'
import { createConfigs } from './configs.ts'
import { createDocuments } from './documents.ts'
import { createEmergencyStops } from './emergency-stops.ts'
import { createFeedback } from './feedback.ts'
import { organisationScope } from './keys.ts'
import { createPayloadBucket, type LargeObjects } from './large-objects.ts'
import { createLogRows } from './log-rows.ts'
import { createLogs, type Logs } from './logs.ts'
import { createPayloads } from './payloads.ts'
import { createSecrets, createVault } from './vault.ts'
import { createVectors, type Vectors } from './vectors.ts'
import { createWriteQueue, usualInFlight } from './write-queue.ts'

export interface Store {
  readonly documents: DocumentStore
  readonly apiKeys: ApiKeyStore
  readonly catalog: CatalogStore
  readonly configs: ConfigStore
  readonly stops: EmergencyStopStore
  readonly breakers: BreakerStore
  readonly logs: Logs
  readonly payloads: PayloadStore
  /** Past requests, for lists and analytics. */
  readonly rows: RowSource
  readonly feedback: FeedbackStore
  /** Absent when the environment names no cache table. */
  readonly answers?: AnswerCache
  /** Absent when the environment names no vector bucket. */
  readonly vectors?: Vectors
  readonly vault: Vault
  readonly secrets: SecretStore
}

/** Without `largeObjects` and without a payload bucket in the environment, bodies too large for an item are refused. */
export function createStore(options: {
  readonly environment: Environment
  readonly clients: Clients
  readonly ambient: Ambient
  readonly largeObjects?: LargeObjects
  /** Absent = as is best on AWS. */
  readonly mostInFlight?: number
}): Store {
  const { environment, clients, ambient } = options
  const client = clients.dynamo
  const catalogTable = { client, table: environment.catalogTable, ambient }
  const logsTable = { client, table: environment.logsTable, ttlDays: environment.logTtlDays, ambient }
  const writes = createWriteQueue({ ...logsTable, mostInFlight: options.mostInFlight ?? usualInFlight })
  const vault = createVault(clients.secretsManager, ambient)
  const documents = createDocuments(catalogTable)
  const largeObjects = chooseLargeObjects(options)
  const payloads = createPayloads({ ...logsTable, largeObjects })
  const logs = createLogs({ ...logsTable, writes, payloads })
  const feedback = createFeedback(logsTable)
  return {
    documents,
    configs: createConfigs(documents),
    stops: createEmergencyStops(documents),
    breakers: createBreakerStore({ client, table: environment.countersTable }),
    apiKeys: createApiKeys(catalogTable),
    catalog: createCatalog(catalogTable),
    logs,
    feedback,
    rows: createLogRows({
      logs,
      feedback,
      workspaceIds: async () =>
        (await documents.list('workspace', organisationScope)).map(({ document }) => document.id),
    }),
    payloads,
    ...(environment.cacheTable && {
      answers: createAnswerCache({ client, table: environment.cacheTable, ambient, largeObjects }),
    }),
    ...(environment.vectorBucket && { vectors: createVectors(environment.vectorBucket, clients.s3Vectors) }),
    vault,
    secrets: createSecrets({ openClient: clients.secretsManager, vault, keyId: environment.secretsKeyId }),
  }
}

function chooseLargeObjects(options: Parameters<typeof createStore>[0]): LargeObjects {
  if (options.largeObjects) return options.largeObjects
  const bucket = options.environment.payloadBucket
  return bucket === undefined ? noLargeObjects : createPayloadBucket(bucket, options.clients.s3)
}

/** For processes that never touch bodies: they need neither the bucket's name nor a right on it. */
const noLargeObjects: LargeObjects = { put: refuseLargeObject, read: refuseLargeObject }

async function refuseLargeObject(name: string): Promise<never> {
  throw new GatewayError(
    'internal',
    `there is no place for the large body '${name}'; set ${environmentNames.payloadBucket} to the name of a bucket`,
  )
}
