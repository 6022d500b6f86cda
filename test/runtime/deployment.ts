/** The functions as they are deployed, on this machine: the very bundles, the embedded engine, secrets and a provider on loopback. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { bundleInto, type FunctionName } from '../../lib/bundle.ts'
import { startTestEngine, type TestEngine } from '../support/engine.ts'
import { startFakeSecrets } from '../support/fake-secrets.ts'
import { type HoldingProxy, startHoldingProxy } from '../support/holding-proxy.ts'
import { type Answer, RuntimeInstance, type UrlRequest, urlEvent } from '../support/runtime-api.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const rootKey = 'root-key-of-this-test'

export interface Deployment {
  readonly engine: TestEngine
  readonly upstream: Upstream
  /** Between the functions and the engine. */
  readonly database: HoldingProxy
  start(name: FunctionName): Promise<RuntimeInstance>
  /** One call of the admin API with the root key. Throws when it is refused. */
  administer(method: string, path: string, body?: object): Promise<Record<string, unknown>>
  stop(): Promise<void>
}

export async function deploy(): Promise<Deployment> {
  const bundleFolder = mkdtempSync(join(tmpdir(), 'sluice-bundle-'))
  bundleInto(bundleFolder)
  const [engine, secrets, upstream] = await Promise.all([
    startTestEngine(),
    startFakeSecrets({ 'root-key': rootKey }),
    startUpstream(),
  ])
  const database = await startHoldingProxy(engine.endpoint)
  const variables = {
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    SLUICE_CATALOG_TABLE: engine.environment.catalogTable,
    SLUICE_COUNTERS_TABLE: engine.environment.countersTable,
    SLUICE_LOGS_TABLE: engine.environment.logsTable,
    SLUICE_PAYLOAD_BUCKET: 'payloads-are-small-here',
    SLUICE_SECRETS_PREFIX: 'sluice/',
    SLUICE_ROOT_KEY_SECRET: 'root-key',
    SLUICE_ALLOWED_HOSTS: '127.0.0.1',
    POWERTOOLS_SERVICE_NAME: 'Sluice',
  }
  const instances: RuntimeInstance[] = []
  const start = async (functionName: FunctionName) => {
    const instance = new RuntimeInstance({ functionName, bundleFolder, variables })
    instances.push(instance)
    return instance.start()
  }
  const admin = await start('admin')
  return {
    engine,
    upstream,
    database,
    start: async (name) => (name === 'admin' ? admin : start(name)),
    async administer(method, path, body) {
      const answer = await call(admin, {
        method,
        path,
        headers: { 'x-portkey-api-key': rootKey, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const told = (await json(answer.body)) as Record<string, unknown>
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(told)}`)
      return told
    },
    async stop() {
      await Promise.all(instances.map((instance) => instance.stop()))
      await database.stop()
      await Promise.all([engine.stop(), secrets.stop(), upstream.stop()])
      rmSync(bundleFolder, { recursive: true })
    },
  }
}

export function call(instance: RuntimeInstance, request: UrlRequest): Promise<Answer> {
  return instance.invoke(urlEvent(request))
}
