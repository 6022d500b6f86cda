/** All checks of a gateway on this machine: that it answers, and what its data folder holds, running or stopped. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Ambient } from '../../src/ambient.ts'
import { GatewayError } from '../../src/errors.ts'
import { localOptions, visitFolder } from '../../src/local/engine.ts'
import { readSettings } from '../../src/local/program.ts'
import { createVaultHandler } from '../../src/local/vault-handler.ts'
import { createClients } from '../../src/store/clients.ts'
import { type Check, type Finding, ok, problem, runChecks } from './finding.ts'
import { checkStoredData } from './store-checks.ts'

export interface LocalOptions {
  readonly dataFolder: string
  /** Where the gateway should answer. */
  readonly url: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly ambient: Ambient
}

const answerWithinMs = 5_000

/** Throws GatewayError `not_found` where there is no data folder. */
export async function examineLocal(options: LocalOptions): Promise<readonly Finding[]> {
  const { dataFolder, url, variables, ambient } = options
  if (!existsSync(join(dataFolder, 'secrets.key')))
    throw new GatewayError(
      'not_found',
      `there is no data folder at ${dataFolder}; run npm start once, or name it with --data`,
    )
  const folder = await visitFolder(dataFolder, variables)
  const clients = createClients({
    dynamo: folder.clientOptions,
    connectDynamo: folder.connect,
    secretsManager: { ...localOptions, requestHandler: createVaultHandler(dataFolder, ambient) },
  })
  const reconcileCommand = `npm run reconcile -- --data ${dataFolder}`
  const { ledger, ...rest } = checkStoredData({
    environment: readSettings(variables),
    clients,
    ambient,
    reconcileCommand,
  })
  try {
    return await runChecks({
      gateway: () => checkAnswer(url),
      // of a stopped program the ledger stands still
      ...(folder.isRunning && ledger && ({ ledger } satisfies Record<string, Check>)),
      ...rest,
    })
  } finally {
    clients.destroy()
    await folder.stop()
  }
}

async function checkAnswer(url: string): Promise<readonly Finding[]> {
  const address = new URL('/v1/health', url)
  const remedy = 'Start it with npm start, or name its address with --url.'
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(answerWithinMs) })
    const { version } = (await answer.json()) as { readonly version?: string }
    if (answer.ok && version !== undefined) return [ok('gateway', `version ${version} answers at ${address.origin}`)]
    return [problem('gateway', `something else answers at ${address.origin} (status ${answer.status})`, remedy)]
  } catch (thrown) {
    const { cause } = thrown as { readonly cause?: unknown }
    return [problem('gateway', `does not answer at ${address.origin}: ${String(cause ?? thrown)}`, remedy)]
  }
}
