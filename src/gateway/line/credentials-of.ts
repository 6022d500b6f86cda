/** The credentials that a target is called with: the integration's, or those that came with the request. */

import { type Awaitable, isPending } from '../../awaitable.ts'
import type { Integration } from '../../catalog/catalog.ts'
import { restoreMaskedSecrets } from '../../catalog/settings.ts'
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

/** What the vault keeps of it: its own secrets, and those of the model that is called; undefined = it has none. */
function readSecretsOf(integration: Integration, vault: Vault): Awaitable<Credentials | undefined> {
  const { secretName, modelSecretName } = integration
  const own = secretName === undefined ? undefined : vault.read(secretName)
  return modelSecretName === undefined ? own : joinSecrets(own, vault.read(modelSecretName))
}

async function joinSecrets(
  ownRead: Awaitable<Credentials | undefined>,
  ofModelRead: Awaitable<Credentials>,
): Promise<Credentials> {
  const [own, ofModel] = await Promise.all([ownRead, ofModelRead])
  return { configurations: {}, ...own, nested: { ...own?.nested, ...ofModel.nested } }
}

/** Its open settings with the secret ones in their places. */
function joinCredentials({ configurations: open }: Integration, secret: Credentials | undefined): Credentials {
  const configurations = restoreMaskedSecrets({ ...open, ...secret?.configurations }, secret?.nested)
  return secret?.key === undefined ? { configurations } : { key: secret.key, configurations }
}

export async function storedCredentials(integration: Integration, vault: Vault): Promise<Credentials> {
  return joinCredentials(integration, await readSecretsOf(integration, vault))
}

/** The integration's, or those that came with the request. A promise where the vault has to be asked. */
export function credentialsOf(target: Target, line: Line): Awaitable<OwnCredentials> {
  const { brought, integration } = target
  const isStored = brought === undefined || brought.isStored
  const stored = isStored ? readSecretsOf(integration, line.ports.vault) : undefined
  return isPending(stored) ? stored.then((known) => ownOf(target, line, known)) : ownOf(target, line, stored)
}

function ownOf(target: Target, line: Line, stored: Credentials | undefined): OwnCredentials {
  const { brought, integration } = target
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
