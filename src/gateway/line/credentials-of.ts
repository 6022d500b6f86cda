/** The credentials that a target is called with: the integration's, or those that came with the request. */

import type { Integration } from '../../catalog/catalog.ts'
import { fillMasks } from '../../catalog/settings.ts'
import { GatewayError } from '../../errors.ts'
import { TokenCache } from '../../providers/auth/token-cache.ts'
import type { CredentialPorts, Credentials, Draft } from '../../providers/provider.ts'
import { hasSecretOption, isSecretOption } from '../../routing/options.ts'
import type { Vault } from '../ports.ts'
import type { Line } from './line.ts'
import { secretsInHeaders, secretsOf, secretsSoFar } from './redact.ts'
import type { RequestCredentials, Target } from './task.ts'

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

/** What the vault keeps of it: its own secrets, and those of the model that is called. */
async function readSecretsOf(integration: Integration, vault: Vault): Promise<Credentials | undefined> {
  const { modelSecretName } = integration
  if (modelSecretName === undefined) return readSecretOf(integration, vault)
  const [own, ofModel] = await Promise.all([readSecretOf(integration, vault), vault.read(modelSecretName)])
  return { configurations: {}, ...own, nested: { ...own?.nested, ...ofModel.nested } }
}

/** Its open settings with the secret ones in their places. */
function joinCredentials({ configurations: open }: Integration, secret: Credentials | undefined): Credentials {
  const configurations = fillMasks({ ...open, ...secret?.configurations }, secret?.nested)
  return secret?.key === undefined ? { configurations } : { key: secret.key, configurations }
}

export async function storedCredentials(integration: Integration, vault: Vault): Promise<Credentials> {
  return joinCredentials(integration, await readSecretsOf(integration, vault))
}

/** The integration's, or those that came with the request. */
export async function credentialsOf(target: Target, line: Line): Promise<OwnCredentials> {
  const { brought, integration } = target
  const isStored = brought === undefined || brought.isStored
  const stored = isStored ? await readSecretsOf(integration, line.ports.vault) : undefined
  const nested = stored?.nested
  const secret = brought === undefined ? stored : { ...brought.credentials, ...(nested && { nested }) }
  const credentials = joinCredentials(integration, secret)
  const own =
    brought === undefined
      ? secretsOf({ ...secret })
      : [...secretsBrought(brought), ...secretsOf({ ...(nested && { nested }) })]
  const secrets = [...own, ...secretsInHeaders(credentials.configurations.custom_headers)]
  const ports = brought === undefined ? line.ports.credentials : portsForBrought(line.ports.credentials)
  return {
    secrets: secretsSoFar(line.record, secrets),
    configurations: credentials.configurations,
    authenticate: (draft) => target.aiProvider.authenticate(draft, credentials, ports),
  }
}

/** What must not be repeated to anybody. */
export function secretsBrought({ credentials: { key, configurations } }: RequestCredentials): readonly string[] {
  const secret = Object.entries(configurations).filter(([name]) => isSecretOption(name))
  return secretsOf({ ...(key === undefined ? {} : { key }), configurations: Object.fromEntries(secret) })
}

export function hasSecret({ credentials: { key, configurations } }: RequestCredentials): boolean {
  return key !== undefined || hasSecretOption(configurations)
}

const strangers = new WeakMap<CredentialPorts, CredentialPorts>()

/** For credentials that a request brought: neither the gateway's own identity nor tokens that were got with it. */
export function portsForBrought(ports: CredentialPorts): CredentialPorts {
  const known = strangers.get(ports)
  if (known !== undefined) return known
  const { now, fetchToken } = ports
  const made: CredentialPorts = { now, fetchToken, tokens: new TokenCache(), ownAwsCredentials: refuseOwnIdentity }
  strangers.set(ports, made)
  return made
}

async function refuseOwnIdentity(): Promise<never> {
  throw new GatewayError(
    'invalid_request',
    "the gateway's own identity is lent to stored integrations only; send credentials of your own, or name a provider of the workspace as '@slug'",
  )
}
