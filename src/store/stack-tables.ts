/** The tables of a deployed stack, by its name alone: for commands that look at it from outside. */
import { DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb'
import { GatewayError } from '../errors.ts'

/** CloudFormation names a table after its stack and its logical id. */
const logicalIds = { counters: 'CountersTable', logs: 'LogsTable' } as const

/** Throws GatewayError `not_found`. */
export async function findStackTables(
  stack: string,
  region: string | undefined,
): Promise<Record<keyof typeof logicalIds, string>> {
  const client = new DynamoDBClient(region === undefined ? {} : { region })
  const names: string[] = []
  try {
    for await (const page of paginateListTables({ client }, {})) names.push(...(page.TableNames ?? []))
  } finally {
    client.destroy()
  }
  const find = (logicalId: string) => names.find((name) => name.startsWith(`${stack}-${logicalId}-`))
  const counters = find(logicalIds.counters)
  const logs = find(logicalIds.logs)
  if (counters !== undefined && logs !== undefined) return { counters, logs }
  throw new GatewayError('not_found', `no tables of the stack '${stack}' were found; check its name and its region`)
}
