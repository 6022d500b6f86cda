/** The credentials that a target is called with: the integration's, or those that came with the request. */
import type { Credentials, Draft } from '../../providers/provider.ts'
import type { Line } from '../line.ts'
import { secretsOf, secretsSoFar } from '../redact.ts'
import type { Target } from '../task.ts'
import { portsForBrought, secretsBrought } from './own-credentials.ts'

interface OwnCredentials {
  /** What must not be repeated to anybody. */
  readonly secrets: readonly string[]
  /** All of the integration's, secret ones included. */
  readonly configurations: Credentials['configurations']
  authenticate(draft: Draft): Draft | Promise<Draft>
}

/** The integration's, or those that came with the request. */
export async function credentialsOf(target: Target, line: Line): Promise<OwnCredentials> {
  const { secretName } = target.integration
  const { brought } = target
  const secret =
    brought?.credentials ?? (secretName === undefined ? undefined : await line.ports.vault.read(secretName))
  const configurations = { ...target.integration.configurations, ...secret?.configurations }
  const credentials = secret?.key === undefined ? { configurations } : { key: secret.key, configurations }
  const secrets = brought === undefined ? secretsOf({ ...secret }) : secretsBrought(brought)
  const ports = brought === undefined ? line.ports.credentials : portsForBrought(line.ports.credentials)
  return {
    secrets: secretsSoFar(line.record, secrets),
    configurations,
    authenticate: (draft) => target.aiProvider.authenticate(draft, credentials, ports),
  }
}
