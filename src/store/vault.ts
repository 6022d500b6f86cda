/** Credentials by the name of their secret, from Secrets Manager: read and remembered for the gateway, written for administrators. */
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { SecretStore } from '../admin/ports.ts'
import type { Ambient } from '../ambient.ts'
import type { Awaitable } from '../awaitable.ts'
import { GatewayError } from '../errors.ts'
import type { Vault } from '../gateway/ports.ts'
import type { Credentials } from '../providers/provider.ts'
import { isNamed } from './table-errors.ts'

type OpenClient = () => Promise<SecretsManagerClient>

/** A rotated credential is used within this time. */
export const rememberedMs = 5 * 60_000
const rememberedSecrets = 1_000

export interface RememberingVault extends Vault {
  /** The next read asks Secrets Manager again. */
  forget(secretName: string): void
}

interface Memory {
  /** A promise while they are read. */
  credentials: Awaitable<Credentials>
  readonly expiresAtMs: number
}

/** Decrypted values live in memory only. Concurrent readers of one secret share one call; failures are not remembered. */
export function createVault(openClient: OpenClient, ambient: Pick<Ambient, 'now'>): RememberingVault {
  const memories = new Map<string, Memory>()
  return {
    read(secretName) {
      const known = memories.get(secretName)
      if (known && ambient.now() < known.expiresAtMs) return known.credentials
      const credentials = readSecret(openClient, secretName)
      const memory: Memory = { credentials, expiresAtMs: ambient.now() + rememberedMs }
      memories.delete(secretName)
      memories.set(secretName, memory)
      const oldest = memories.keys().next().value
      if (memories.size > rememberedSecrets && oldest !== undefined) memories.delete(oldest)
      credentials.then(
        (value) => {
          memory.credentials = value
        },
        () => {
          if (memories.get(secretName) === memory) memories.delete(secretName)
        },
      )
      return credentials
    },
    forget: (secretName) => void memories.delete(secretName),
  }
}

async function readSecret(openClient: OpenClient, secretName: string): Promise<Credentials> {
  const [client, { GetSecretValueCommand }] = await Promise.all([openClient(), loadCommands()])
  let value: string | undefined
  try {
    value = (await client.send(new GetSecretValueCommand({ SecretId: secretName }))).SecretString
  } catch (thrown) {
    throw unreadable(secretName, thrown)
  }
  const credentials = parseCredentials(value)
  if (credentials) return credentials
  throw unavailable(`the secret '${secretName}' does not hold credentials; set the integration's key again`)
}

/** Neither the value nor the parser's message, which quotes it, may go anywhere. */
function parseCredentials(value: string | undefined): Credentials | undefined {
  try {
    const parsed: unknown = JSON.parse(value ?? '')
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
    return { configurations: {}, ...parsed }
  } catch {
    return undefined
  }
}

function unreadable(secretName: string, thrown: unknown): GatewayError {
  const isGone = isNamed(thrown, 'ResourceNotFoundException') || isNamed(thrown, 'InvalidRequestException')
  if (isGone) return unavailable(`the secret '${secretName}' does not exist; set the integration's key again`, thrown)
  const name = thrown instanceof Error ? thrown.name : 'an unknown error'
  return unavailable(`the secret '${secretName}' could not be read (${name}); see the gateway's permissions`, thrown)
}

/** The target cannot be called, as with a provider that is down, so the plan's next one may be tried. */
function unavailable(message: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_unavailable', message, {}, cause)
}

/** `keyId` = the KMS key that encrypts new secrets; absent = the account's default. */
export function createSecrets(options: {
  readonly openClient: OpenClient
  readonly vault: RememberingVault
  readonly keyId: string | undefined
}): SecretStore {
  const { openClient, vault, keyId } = options
  return {
    async write(secretName, value) {
      const [client, { CreateSecretCommand, PutSecretValueCommand }] = await Promise.all([openClient(), loadCommands()])
      const key = keyId === undefined ? {} : { KmsKeyId: keyId }
      try {
        await client.send(new CreateSecretCommand({ Name: secretName, SecretString: value, ...key }))
      } catch (thrown) {
        if (!isNamed(thrown, 'ResourceExistsException')) throw thrown
        await client.send(new PutSecretValueCommand({ SecretId: secretName, SecretString: value }))
      } finally {
        vault.forget(secretName)
      }
    },
    async *list(prefix) {
      const [client, { ListSecretsCommand }] = await Promise.all([openClient(), loadCommands()])
      let next: string | undefined
      do {
        const page = await client.send(
          new ListSecretsCommand({
            Filters: [{ Key: 'name', Values: [prefix] }],
            MaxResults: 100,
            ...(next === undefined ? {} : { NextToken: next }),
          }),
        )
        // the filter matches words of a name too
        for (const { Name: name, CreatedDate: created } of page.SecretList ?? [])
          if (name?.startsWith(prefix)) yield { name, createdAtMs: created?.getTime() ?? 0 }
        next = page.NextToken
      } while (next !== undefined)
    },
    /** At once and for good: who removes a credential wants it gone. */
    async remove(secretName) {
      const [client, { DeleteSecretCommand }] = await Promise.all([openClient(), loadCommands()])
      try {
        await client.send(new DeleteSecretCommand({ SecretId: secretName, ForceDeleteWithoutRecovery: true }))
      } catch (thrown) {
        if (!isNamed(thrown, 'ResourceNotFoundException')) throw thrown
      } finally {
        vault.forget(secretName)
      }
    },
  }
}

function loadCommands() {
  return import('@aws-sdk/client-secrets-manager')
}
