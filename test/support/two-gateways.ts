/** Two instances of the program over one database, as two Lambda instances are: each with caches and connections of its own. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ambient, systemAmbient } from '../../src/ambient.ts'
import { startLocal } from '../../src/local/start.ts'
import { startSharedEngine } from './engine.ts'
import { type Sluice, startSluice } from './sluice.ts'

export interface TwoGateways {
  readonly first: Sluice
  /** `http://host:port` of both. */
  readonly origins: readonly [string, string]
  stop(): Promise<void>
}

/** `connect` sets up integrations on the first before the second copies its secrets. Both go by the clock of `ambient`. */
export async function startTwoGateways(
  connect: (first: Sluice) => Promise<void>,
  ambient: Ambient = systemAmbient(() => {}),
): Promise<TwoGateways> {
  const engine = await startSharedEngine()
  const variables = { PATH: process.env.PATH, DYNAMODB_ENDPOINT: engine.endpoint }
  const first = await startSluice({ ambient, variables: { DYNAMODB_ENDPOINT: engine.endpoint } })
  await connect(first)
  const dataFolder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  copySecrets(first.dataFolder, dataFolder)
  const second = await startLocal(
    {
      host: '127.0.0.1',
      port: 0,
      dataFolder,
      isFresh: false,
      adminKey: first.adminKey,
      apiKey: first.apiKey,
    },
    { variables, ambient, version: 'test' },
  )
  return {
    first,
    origins: [first.origin, second.origin],
    async stop() {
      await second.stop(1_000)
      await first.stop()
      await engine.stop()
      rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}

/** The vault of a local run is a pair of files. */
export function copySecrets(from: string, to: string): void {
  for (const name of ['secrets.sealed', 'secrets.key']) cpSync(join(from, name), join(to, name))
}
