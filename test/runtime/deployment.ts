/** The functions as they are deployed, on this machine, with a provider on loopback and an administrator. */
import { json } from 'node:stream/consumers'
import type { FunctionName } from '../../lib/bundle.ts'
import type { DeployedFunction } from '../support/deployed-functions.ts'
import type { TestEngine } from '../support/engine.ts'
import type { FakeAws } from '../support/fake-aws.ts'
import type { HoldingProxy } from '../support/holding-proxy.ts'
import { rootKey, startLambdaPlatform } from '../support/lambda-platform.ts'
import { type Answer, type RuntimeInstance, type UrlRequest, urlEvent } from '../support/runtime-api.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

export interface Deployment {
  readonly engine: TestEngine
  readonly upstream: Upstream
  /** Between the functions and the engine. */
  readonly database: HoldingProxy
  readonly aws: FakeAws
  /** Every function of the template. */
  readonly functions: readonly DeployedFunction[]
  start(name: FunctionName): Promise<RuntimeInstance>
  /** One call of the admin API with the root key. Throws when it is refused. */
  administer(method: string, path: string, body?: object): Promise<Record<string, unknown>>
  stop(): Promise<void>
}

export async function deploy(): Promise<Deployment> {
  const [platform, upstream] = await Promise.all([
    startLambdaPlatform({ allowedHosts: ['127.0.0.1'] }),
    startUpstream(),
  ])
  const admin = await platform.start('admin')
  return {
    ...platform,
    upstream,
    start: async (name) => (name === 'admin' ? admin : platform.start(name)),
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
      await platform.stop()
      await upstream.stop()
    },
  }
}

export function call(instance: RuntimeInstance, request: UrlRequest): Promise<Answer> {
  return instance.invoke(urlEvent(request))
}
