/** The credentials that a target is called with: the integration's, or those that came with the request. */
import type { Integration } from '../../catalog/catalog.ts'
import type { Credentials, Draft } from '../../providers/provider.ts'
import type { Line } from '../line/line.ts'
import type { Target } from '../line/task.ts'
import type { Vault } from '../ports.ts'
import { secretsOf, secretsSoFar } from '../settle/redact.ts'
import { portsForBrought, secretsBrought } from './own-credentials.ts'

interface OwnCredentials {
  /** What must not be repeated to anybody. */
  readonly secrets: readonly string[]
  /** All of the integration's, secret ones included. */
  readonly configurations: Credentials['configurations']
  authenticate(draft: Draft): Draft | Promise<Draft>
}

/** What the vault keeps of an integration; undefined = it has no secret. */
async function readSecretOf({ secretName }: Integration, vault: Vault): Promise<Credentials | undefined> {
  return secretName === undefined ? undefined : vault.read(secretName)
}

/** Its open settings with the secret ones over them. */
function joinCredentials({ configurations: open }: Integration, secret: Credentials | undefined): Credentials {
  const configurations = { ...open, ...secret?.configurations }
  return secret?.key === undefined ? { configurations } : { key: secret.key, configurations }
}

export async function storedCredentials(integration: Integration, vault: Vault): Promise<Credentials> {
  return joinCredentials(integration, await readSecretOf(integration, vault))
}

/** The integration's, or those that came with the request. */
export async function credentialsOf(target: Target, line: Line): Promise<OwnCredentials> {
  const { brought, integration } = target
  const secret = brought?.credentials ?? (await readSecretOf(integration, line.ports.vault))
  const credentials = joinCredentials(integration, secret)
  const secrets = brought === undefined ? secretsOf({ ...secret }) : secretsBrought(brought)
  const ports = brought === undefined ? line.ports.credentials : portsForBrought(line.ports.credentials)
  return {
    secrets: secretsSoFar(line.record, secrets),
    configurations: credentials.configurations,
    authenticate: (draft) => target.aiProvider.authenticate(draft, credentials, ports),
  }
}
