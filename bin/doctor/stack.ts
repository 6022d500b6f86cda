/** All checks of a deployed stack. */
import type { Ambient } from '../../src/ambient.ts'
import type { Environment } from '../../src/environment.ts'
import { createClients } from '../../src/store/clients.ts'
import { type Finding, runChecks } from './finding.ts'
import { checkFunctions, checkQuotas } from './functions.ts'
import { type ClientOptions, openStackClients, readStackResources, type StackResources } from './stack-clients.ts'
import { checkStoredData } from './store-checks.ts'
import { checkWiring } from './wiring.ts'

export interface StackOptions {
  readonly stackName: string
  readonly ambient: Ambient
  readonly clientOptions: ClientOptions
}

/** Throws GatewayError `not_found` where there is no such stack. */
export async function examineStack({ stackName, ambient, clientOptions }: StackOptions): Promise<readonly Finding[]> {
  const clients = openStackClients(clientOptions)
  const storeClients = createClients({ dynamo: clientOptions, secretsManager: clientOptions, s3: clientOptions })
  try {
    const resources = await readStackResources(clients.formation, stackName)
    const environment = environmentOf(stackName, resources)
    const reconcileCommand = `npm run reconcile -- --stack ${stackName}`
    return await runChecks({
      functions: () => checkFunctions(clients.lambda, resources),
      ...checkWiring({ stackName, clients, dynamo: storeClients.dynamo, resources }),
      ...checkStoredData({ environment, clients: storeClients, ambient, reconcileCommand }),
      quotas: () => checkQuotas(clients.lambda),
    })
  } finally {
    clients.destroy()
    storeClients.destroy()
  }
}

function environmentOf(stackName: string, resources: StackResources): Environment {
  const table = (logicalId: string) => resources.one('AWS::DynamoDB::Table', logicalId).physicalId
  return {
    catalogTable: table('CatalogTable'),
    countersTable: table('CountersTable'),
    logsTable: table('LogsTable'),
    secretsPrefix: `${stackName.toLowerCase()}/`,
    allowedHosts: [],
    corsOrigins: [],
    corsHeaders: [],
    logTtlDays: 90,
  }
}
