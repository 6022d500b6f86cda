/** The hash of the root admin key, whose secret the deployment made. The key itself is forgotten at once. */
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { hashSecret } from '../identity/secret.ts'

/** undefined = this deployment has none. */
export async function readRootKeyHash(
  secretName: string | undefined,
  openClient: () => Promise<SecretsManagerClient>,
): Promise<string | undefined> {
  if (secretName === undefined) return undefined
  const [client, { GetSecretValueCommand }] = await Promise.all([
    openClient(),
    import('@aws-sdk/client-secrets-manager'),
  ])
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretName }))
  return SecretString === undefined ? undefined : hashSecret(SecretString)
}
