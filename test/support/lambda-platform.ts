/** Lambda and what the functions need of AWS, on this machine: the bundles under AWS's runtime client, with what the synthesised template gives each. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleInto, type FunctionName } from '../../lib/bundle.ts'
import type { SluiceSettings } from '../../lib/settings.ts'
import { type DeployedFunction, readDeployedFunctions, rootKeySecretName } from './deployed-functions.ts'
import { startTestEngine, type TestEngine } from './engine.ts'
import { type FakeAws, startFakeAws } from './fake-aws.ts'
import { startFakeSecrets } from './fake-secrets.ts'
import { type HoldingProxy, startHoldingProxy } from './holding-proxy.ts'
import { RuntimeInstance } from './runtime-api.ts'

export const rootKey = 'root-key-of-this-test'

export interface LambdaPlatform {
  readonly engine: TestEngine
  /** Between the functions and the engine. */
  readonly database: HoldingProxy
  readonly aws: FakeAws
  /** Every function of the template. */
  readonly functions: readonly DeployedFunction[]
  readonly bundleFolder: string
  /** A new instance. `more` is laid over its variables: for measurements, never for what the function needs. */
  start(name: FunctionName, more?: Readonly<Record<string, string>>): Promise<RuntimeInstance>
  /** Ends every instance that was started. */
  stop(): Promise<void>
}

/** `settings` are what an operator may choose. */
export async function startLambdaPlatform(settings: Partial<SluiceSettings> = {}): Promise<LambdaPlatform> {
  const bundleFolder = mkdtempSync(join(tmpdir(), 'sluice-bundle-'))
  bundleInto(bundleFolder)
  const [engine, secrets, aws] = await Promise.all([
    startTestEngine(),
    startFakeSecrets({ [rootKeySecretName]: rootKey }),
    startFakeAws(),
  ])
  const database = await startHoldingProxy(engine.endpoint)
  const functions = readDeployedFunctions({ environment: engine.environment, settings })
  // only where AWS is; what the functions are told about it comes from the template
  const addresses = {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
  }
  const instances: RuntimeInstance[] = []
  return {
    engine,
    database,
    aws,
    functions,
    bundleFolder,
    start(name, more = {}) {
      const found = functions.find((each) => each.name === name)
      if (found === undefined) throw new Error(`the template has no function '${name}'`)
      const instance = new RuntimeInstance({
        ...found,
        bundleFolder,
        variables: { ...found.variables, ...addresses, ...more },
      })
      instances.push(instance)
      return instance.start()
    },
    async stop() {
      await Promise.all(instances.map((instance) => instance.stop()))
      await database.stop()
      await Promise.all([engine.stop(), secrets.stop(), aws.stop()])
      rmSync(bundleFolder, { recursive: true })
    },
  }
}
