/** The whole program over an engine and a data folder: the same stores, gateway and control plane that run on AWS. */
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import type { AdminPorts } from '../admin/ports.ts'
import { sweepSecrets } from '../admin/secret-sweep.ts'
import type { Ambient } from '../ambient.ts'
import { createCacheServices } from '../cache/cache-services.ts'
import { cachedCatalog, cachedConfigs, cachedKeys } from '../catalog/cached.ts'
import { ModelLists } from '../catalog/model-lists.ts'
import { type Environment, environmentNames, readEnvironment } from '../environment.ts'
import { GatewayError } from '../errors.ts'
import { servedPaths } from '../gateway/arrive/routes.ts'
import type { GatewayPorts } from '../gateway/ports.ts'
import { createCredentialPorts } from '../gateway/target/credential-ports.ts'
import { cachedStops } from '../identity/emergency-stop.ts'
import { createPriceList } from '../pricing/list.ts'
import { StoredResponses } from '../pricing/stored-responses.ts'
import { administeredProviders } from '../providers/administered.ts'
import { checkCustomHost } from '../providers/host-rules.ts'
import { aiProviders } from '../providers/index.ts'
import type { LogStore } from '../records/log.ts'
import { openRouting } from '../routing/routing.ts'
import { findOwnCredentials } from '../store/aws-credentials.ts'
import { type Clients, createClients } from '../store/clients.ts'
import { createStore, type Store } from '../store/index.ts'
import { findMachineIdentity } from '../store/machine-identity.ts'
import { checkSchemaVersion } from '../store/schema-version.ts'
import { createHttpsUpstream } from '../transport/https-upstream.ts'
import { type OwnEndpoints, ownEndpointsIn } from '../transport/own-endpoints.ts'
import { createLocalAlerts } from './alerts.ts'
import { createTables } from './create-tables.ts'
import { withDemoModel } from './demo-model.ts'
import { type Engine, localOptions } from './engine.ts'
import { forgettingKeys } from './forget-keys.ts'
import { createLocalLimits } from './limits.ts'
import { createPayloadFolder, type PayloadFolder } from './payload-folder.ts'
import { createRepeating, type Repeating } from './repeating.ts'
import type { StreamTail } from './stream-tail.ts'
import { unchecked } from './unchecked-signer.ts'
import { createLocalUpkeep } from './upkeep.ts'
import { createVaultHandler } from './vault-handler.ts'
import { createVectorsHandler } from './vectors-handler.ts'

type Variables = Readonly<Record<string, string | undefined>>

export interface Program {
  readonly environment: Environment
  readonly gateway: GatewayPorts
  readonly admin: AdminPorts
  readonly store: Store
  readonly clients: Clients
  /** Grows by the port that the program comes to listen on. */
  readonly ownEndpoints: OwnEndpoints
  close(): Promise<void>
}

export interface Surroundings {
  readonly engine: Engine
  readonly dataFolder: string
  readonly variables: Variables
  readonly ambient: Ambient
  readonly version: string
}

const organisationId = 'organisation'
const dayMs = 86_400_000
/** Items removed in one turn: some milliseconds. */
const expiredAtOnce = 200

/** Of the embedded engine, which commits together whatever it is given in one turn of the event loop. */
const mostInFlight = 10_000

export async function createProgram(surroundings: Surroundings): Promise<Program> {
  const { engine, dataFolder, ambient, variables, version } = surroundings
  const environment = readSettings(variables)
  const { clients, streams } = openClients(surroundings, environment)
  await openTables(clients, environment)
  const largeObjects = createPayloadFolder({ dataFolder, ttlDays: environment.logTtlDays, ambient })
  const store = createStore({ environment, clients, ambient, largeObjects, ...(engine.embedded && { mostInFlight }) })
  const { upstream, ownEndpoints, checkHost } = openUpstream(surroundings, environment)
  const prices = createPriceList()
  const keys = cachedKeys(store.apiKeys, ambient)
  const alerts = createLocalAlerts({ webhook: environment.alertWebhook, ambient })
  const limits = createLocalLimits({ environment, clients, ambient, streams, alerts, store })
  const upkeep = createLocalUpkeep({ environment, clients, ambient, store })
  const loops = [limits.tail, limits.timer, upkeep, createExpiry({ engine, largeObjects, store, ambient, environment })]
  if (engine.embedded) {
    await limits.repair()
    await engine.embedded.trimStreams(ambient.now() - dayMs)
  }
  for (const loop of loops) loop.start()
  const own = { ownAwsCredentials: findOwnCredentials(variables), machine: findMachineIdentity(variables) }
  const cors = { corsOrigins: environment.corsOrigins, corsHeaders: environment.corsHeaders }
  return {
    environment,
    store,
    clients,
    ownEndpoints,
    gateway: {
      ambient,
      prices,
      aiProviders,
      keys,
      ...keptReads(store, ambient),
      vault: store.vault,
      routing: openRouting({ configs: cachedConfigs(store.configs, ambient), breakers: store.breakers, ambient }),
      upstream: withDemoModel(upstream, ambient),
      credentials: createCredentialPorts({ ambient, upstream, ...own }),
      ...openMemories(),
      gate: limits.gate,
      logs: { ...store.logs, close: nudging(store.logs.close, limits.tail) },
      payloads: store.payloads,
      ...(store.answers && { cache: createCacheServices(store.answers, store.vectors) }),
      settings: { ...cors, version },
    },
    admin: {
      ...store,
      apiKeys: forgettingKeys(store.apiKeys, keys),
      ambient,
      prices,
      aiProviders: administeredProviders,
      limitStatus: limits.status,
      checkHost,
      settings: { ...cors, ...adminSettings(environment), version },
    },
    async close() {
      await Promise.all(loops.map((loop) => loop.stop()))
      for (const each of [streams, clients]) each.destroy()
      upstream.close()
    },
  }
}

/** What this process keeps of providers' answers. */
function openMemories() {
  return { modelLists: new ModelLists(), storedResponses: new StoredResponses() }
}

function adminSettings({ secretsPrefix }: Environment) {
  return { organisationId, secretsPrefix, dataPlane: servedPaths }
}

/** What a request reads first: kept for a while in this process. */
function keptReads(store: Store, ambient: Ambient): Pick<GatewayPorts, 'catalog' | 'stops'> {
  return {
    catalog: cachedCatalog(store.catalog, ambient),
    stops: cachedStops(store.stops, ambient),
  }
}

/** The way to providers, and what of the hosts that people name may not be called. */
function openUpstream({ engine, variables }: Surroundings, { allowedHosts }: Environment) {
  const ownEndpoints = ownEndpointsIn({ ...variables, ...(engine.endpoint && { DYNAMODB_ENDPOINT: engine.endpoint }) })
  const checkHost: AdminPorts['checkHost'] = async (url, { isApproved }) => {
    checkCustomHost(url, { allowedHosts, isApproved })
    ownEndpoints.check(url)
  }
  return { upstream: createHttpsUpstream({ allowedHosts, ownEndpoints }), ownEndpoints, checkHost }
}

function openClients({ engine, dataFolder, ambient }: Surroundings, { cacheTable = '' }: Environment) {
  const { clientOptions: dynamo } = engine
  const requestHandler = createVaultHandler(dataFolder, ambient)
  const vectors = createVectorsHandler({ client: () => clients.dynamo, table: cacheTable })
  const clients: Clients = createClients({
    dynamo,
    connectDynamo: engine.connect,
    secretsManager: { ...localOptions, requestHandler, signer: unchecked },
    s3Vectors: { ...localOptions, requestHandler: vectors, signer: unchecked },
  })
  return { clients, streams: engine.connect(new DynamoDBStreamsClient(dynamo)) }
}

async function openTables({ dynamo }: Clients, environment: Environment): Promise<void> {
  await createTables(dynamo, environment)
  await checkSchemaVersion({ client: dynamo, table: environment.logsTable })
}

/** What lifecycles and lifetimes do on AWS. */
function createExpiry({ engine, largeObjects, store, ambient, environment }: Expiring): Repeating {
  const run = async () => {
    await largeObjects.removeExpired()
    await store.vectors?.removeExpired(ambient.now())
    await sweepSecrets({ ...store, ambient, secretsPrefix: environment.secretsPrefix })
    if (engine.embedded === undefined) return
    while ((await engine.embedded.removeExpired(expiredAtOnce)) > 0);
    await engine.embedded.trimStreams(ambient.now() - dayMs)
  }
  return createRepeating({ name: 'removing what is past its time', everyMs: dayMs, run, ambient })
}

interface Expiring {
  readonly engine: Engine
  readonly largeObjects: PayloadFolder
  readonly store: Pick<Store, 'vectors' | 'documents' | 'apiKeys' | 'secrets'>
  readonly environment: Environment
  readonly ambient: Ambient
}

/** The ledger follows a close at once. */
function nudging(close: LogStore['close'], tail: Pick<StreamTail, 'nudge'>): LogStore['close'] {
  const nudge = () => tail.nudge()
  return (log, payload) => {
    const closing = close(log, payload)
    closing.then(nudge, nudge)
    return closing
  }
}

/** What is wrong in it a person can mend, so it is told in one sentence. */
export function readSettings(variables: Variables): Environment {
  try {
    return readEnvironment(withDefaults(variables))
  } catch (cause) {
    throw new GatewayError('invalid_request', cause instanceof Error ? cause.message : String(cause), {}, cause)
  }
}

/** Table names, unless the environment says otherwise. */
function withDefaults(variables: Variables): Variables {
  const name = environmentNames
  return {
    [name.catalogTable]: 'sluice-catalog',
    [name.countersTable]: 'sluice-counters',
    [name.logsTable]: 'sluice-logs',
    [name.cacheTable]: 'sluice-cache',
    [name.vectorBucket]: 'sluice-vectors',
    ...variables,
  }
}
