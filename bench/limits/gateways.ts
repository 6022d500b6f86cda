/** Gateway processes over one database, as several Lambda instances are; they can be killed and replaced. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AdminClient, adminClient } from '../../test/support/admin-client.ts'
import { type LocalProcess, runLocal } from '../../test/support/local-process.ts'
import { copySecrets } from '../../test/support/two-gateways.ts'

export interface Gateways {
  readonly admin: AdminClient
  /** Those that listen now. */
  origins(): readonly string[]
  /** SIGKILL to all, then as many new ones. */
  killAll(): Promise<void>
  stop(): Promise<void>
}

interface Instance {
  readonly process: LocalProcess
  readonly origin: string
  readonly folder: string
}

const keys = { SLUICE_ADMIN_KEY: 'bench-admin-key-0123456789', SLUICE_API_KEY: 'bench-api-key-0123456789ab' }

/** The first sets up what `prepare` says; the others copy its vault. */
export async function startGateways(
  count: number,
  endpoint: string,
  prepare: (admin: AdminClient) => Promise<void>,
): Promise<Gateways> {
  const variables = { ...keys, DYNAMODB_ENDPOINT: endpoint }
  const folders: string[] = []
  const start = async (from?: string): Promise<Instance> => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-load-'))
    folders.push(folder)
    if (from !== undefined) copySecrets(from, folder)
    const started = runLocal(['--port', '0', '--data', folder], variables)
    const [, origin = ''] = await started.says(/listens on (http:\/\/\S+)/)
    return { process: started, origin: origin.replace('localhost', '127.0.0.1'), folder }
  }
  const first = await start()
  const admin = adminClient(first.origin, keys.SLUICE_ADMIN_KEY)
  await prepare(admin)
  const startOthers = (many: number) => Promise.all(Array.from({ length: many }, () => start(first.folder)))
  let instances = [first, ...(await startOthers(count - 1))]
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    const ending = instances
    instances = []
    for (const { process: each } of ending) each.child.kill(signal)
    await Promise.all(ending.map(({ process: each }) => each.ended))
  }
  return {
    admin,
    origins: () => instances.map(({ origin }) => origin),
    async killAll() {
      await end('SIGKILL')
      instances = await startOthers(count)
    },
    async stop() {
      await end('SIGTERM')
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    },
  }
}
