/** What the environment says of the machine's identity on platforms other than AWS. */
import { readFile } from 'node:fs/promises'
import { GatewayError } from '../errors.ts'
import type { MachineIdentity } from '../providers/provider.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Nothing is read before it is asked for; the file is read each time, because its platform replaces it. */
export function findMachineIdentity(variables: Variables): MachineIdentity {
  const { AZURE_FEDERATED_TOKEN_FILE: path, IDENTITY_ENDPOINT: url, IDENTITY_HEADER: secret } = variables
  const awsRegion = variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION
  return {
    ...(awsRegion ? { awsRegion } : {}),
    ...(path ? { readToken: () => readToken(path) } : {}),
    ...(url && secret && URL.canParse(url) ? { identityEndpoint: { url, secret } } : {}),
  }
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    throw new GatewayError(
      'invalid_request',
      'the file that AZURE_FEDERATED_TOKEN_FILE names cannot be read; mount it, or unset the variable where the gateway runs',
      { param: 'azure_auth_mode' },
      cause,
    )
  }
}
