/** The AWS identity this process runs under: the function's role, or whatever the SDK's usual places hold on a laptop. */
import { GatewayError } from '../errors.ts'
import type { AwsCredentials } from '../providers/provider.ts'

type Variables = Readonly<Record<string, string | undefined>>
type Provider = () => Promise<AwsCredentials>

/** Nothing is looked for before the first call. The environment's variables need no SDK; profiles, SSO and instance roles do. */
export function findOwnCredentials(variables: Variables): Provider {
  let chain: Promise<Provider> | undefined
  return async () => {
    const given = readVariables(variables)
    if (given !== undefined) return given
    chain ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider())
    try {
      return await (await chain)()
    } catch (cause) {
      throw new GatewayError(
        'invalid_request',
        'the gateway runs without an AWS identity; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE where it runs, or choose another aws_auth_type',
        { param: 'aws_auth_type' },
        cause,
      )
    }
  }
}

function readVariables(variables: Variables): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = variables
  if (!accessKeyId || !secretAccessKey) return undefined
  const sessionToken = variables.AWS_SESSION_TOKEN
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
}
