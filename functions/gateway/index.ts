/** Models, for clients: streams what the gateway answers. */
import { createCacheServices } from '../../src/cache/cache-services.ts'
import { cachedCatalog, cachedConfigs, cachedKeys } from '../../src/catalog/cached.ts'
import { ModelLists } from '../../src/catalog/model-lists.ts'
import type { GatewayPorts } from '../../src/gateway/ports.ts'
import { refuseUnread, serve } from '../../src/gateway/serve.ts'
import { createCredentialPorts } from '../../src/gateway/target/credential-ports.ts'
import { cachedStops } from '../../src/identity/emergency-stop.ts'
import { createLimitGate } from '../../src/limits/hold.ts'
import { createPriceList } from '../../src/pricing/list.ts'
import { StoredResponses } from '../../src/pricing/stored-responses.ts'
import { aiProviders } from '../../src/providers/index.ts'
import { openRouting } from '../../src/routing/routing.ts'
import { findOwnCredentials } from '../../src/store/aws-credentials.ts'
import { findMachineIdentity } from '../../src/store/machine-identity.ts'
import { createHttpsUpstream } from '../../src/transport/https-upstream.ts'
import { ownEndpointsIn } from '../../src/transport/own-endpoints.ts'
import { openControlPlane } from '../control-plane.ts'
import { streamed } from '../streamed.ts'
import { version } from '../version.ts'
import { createFunctionContext } from '../wiring.ts'

const { environment, ambient, clients, store, counters, progress } = createFunctionContext()
const prices = createPriceList()

const upstream = createHttpsUpstream({
  allowedHosts: environment.allowedHosts,
  ownEndpoints: ownEndpointsIn(process.env),
})
const ports: GatewayPorts = {
  ambient,
  aiProviders,
  keys: cachedKeys(store.apiKeys, ambient),
  catalog: cachedCatalog(store.catalog, ambient),
  stops: cachedStops(store.stops, ambient),
  vault: store.vault,
  routing: openRouting({ configs: cachedConfigs(store.configs, ambient), breakers: store.breakers, ambient }),
  upstream,
  credentials: createCredentialPorts({
    ambient,
    upstream,
    ownAwsCredentials: findOwnCredentials(process.env),
    machine: findMachineIdentity(process.env),
  }),
  modelLists: new ModelLists(),
  storedResponses: new StoredResponses(),
  gate: createLimitGate({ ambient, counters, progress }),
  prices,
  logs: store.logs,
  payloads: store.payloads,
  ...(store.answers && { cache: createCacheServices(store.answers, store.vectors) }),
  ...(environment.adminUrl && { controlPlane: openControlPlane(environment.adminUrl, upstream) }),
  settings: {
    corsOrigins: environment.corsOrigins,
    corsHeaders: environment.corsHeaders,
    version,
  },
}

/** Both are needed by almost every first request, and an instance has more of a processor before its first event than after it. */
await Promise.allSettled([clients.secretsManager(), prices.prepare()])

export const handler = streamed({
  serve: (call, sink) => serve(call, sink, ports),
  refuse: (call, error, sink) => refuseUnread(call, error, sink, ports),
  ambient,
})
