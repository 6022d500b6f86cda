/** Who signs a request to AWS: an access key, a role taken on, the gateway's own role, or a bearer key. */
import { GatewayError } from '../../errors.ts'
import { partitionOf } from '../aws-partition.ts'
import {
  type Authenticate,
  type AwsCredentials,
  type CredentialPorts,
  type Credentials,
  type Draft,
  readingSettings,
} from '../provider.ts'
import { settingPlace } from '../setting-place.ts'
import { element } from './aws-xml.ts'
import { signAws } from './sigv4.ts'
import type { Expiring } from './token-cache.ts'

const authTypes = ['accessKey', 'assumedRole', 'serviceRole', 'apiKey'] as const
type AuthType = (typeof authTypes)[number]

export const defaultAwsRegion = 'us-east-1'

const settings = [
  'aws_access_key_id',
  'aws_auth_type',
  'aws_external_id',
  'aws_region',
  'aws_role_arn',
  'aws_secret_access_key',
  'aws_session_token',
]

/** `service` is the name in the signature, e.g. `bedrock`. */
export function awsAuth(service: string): Authenticate {
  return readingSettings(
    async (draft, credentials, ports) => {
      const type = authTypeOf(credentials)
      if (type === 'apiKey') return withBearer(draft, credentials)
      const identity = await identityOf(type, credentials, ports)
      return signAws(draft, identity, { region: regionOf(credentials), service, nowMs: ports.now() })
    },
    settings,
    { aws_auth_type: authTypes },
  )
}

/** Said by `aws_auth_type`, else seen from what is there. The gateway's own role is never taken unasked. */
function authTypeOf({ key, configurations }: Credentials): AuthType {
  const said = readText(configurations.aws_auth_type)
  const known = authTypes.find((type) => type === said)
  if (known !== undefined) return known
  if (said !== undefined) throw wrongSetting('aws_auth_type', `is '${said.slice(0, 40)}'`)
  if (readText(configurations.aws_role_arn) !== undefined) return 'assumedRole'
  if (readText(configurations.aws_access_key_id) !== undefined) return 'accessKey'
  if (key) return 'apiKey'
  throw wrongSetting('aws_auth_type', 'is missing and there is neither a key nor an access key')
}

function wrongSetting(name: string, what: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `${settingPlace(name)} ${what}; it must be one of ${authTypes.join(', ')}`,
    { param: name },
  )
}

function withBearer(draft: Draft, { key }: Credentials): Draft {
  if (!key) throw missing('key', 'apiKey')
  return { ...draft, headers: { ...draft.headers, authorization: `Bearer ${key}` } }
}

function identityOf(
  type: Exclude<AuthType, 'apiKey'>,
  credentials: Credentials,
  ports: CredentialPorts,
): AwsCredentials | Promise<AwsCredentials> {
  if (type === 'serviceRole') return ports.ownAwsCredentials()
  if (type === 'assumedRole') return assumeRole(credentials, ports)
  const given = accessKeyOf(credentials)
  if (given === undefined) throw missing('aws_access_key_id and aws_secret_access_key', type)
  return given
}

function accessKeyOf({ key, configurations }: Credentials): AwsCredentials | undefined {
  const accessKeyId = readText(configurations.aws_access_key_id)
  const secretAccessKey = readText(configurations.aws_secret_access_key) ?? key
  const sessionToken = readText(configurations.aws_session_token)
  if (accessKeyId === undefined || !secretAccessKey) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}

/** Asked for by the integration's access key, or by the gateway's own role when it has none. */
async function assumeRole(credentials: Credentials, ports: CredentialPorts): Promise<AwsCredentials> {
  const { configurations } = credentials
  const roleArn = readText(configurations.aws_role_arn)
  if (roleArn === undefined) throw missing('aws_role_arn', 'assumedRole')
  const externalId = readText(configurations.aws_external_id)
  const region = regionOf(credentials)
  const given = accessKeyOf(credentials)
  const parts = ['aws role', region, roleArn, externalId ?? '', given?.accessKeyId ?? '', given?.secretAccessKey ?? '']
  return ports.tokens.read(parts, ports.now(), async () =>
    fetchRole({ region, roleArn, externalId, asker: given ?? (await ports.ownAwsCredentials()) }, ports),
  )
}

interface RoleQuestion {
  readonly region: string
  readonly roleArn: string
  readonly externalId: string | undefined
  readonly asker: AwsCredentials
}

async function fetchRole(question: RoleQuestion, ports: CredentialPorts): Promise<Expiring<AwsCredentials>> {
  const { region, roleArn, externalId } = question
  const form = new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: roleArn })
  form.set('RoleSessionName', 'sluice')
  if (externalId !== undefined) form.set('ExternalId', externalId)
  const draft: Draft = {
    method: 'POST',
    url: new URL(`https://sts.${region}.${partitionOf(region).suffix}/`),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
  }
  const signed = await signAws(draft, question.asker, { region, service: 'sts', nowMs: ports.now() })
  const { status, body } = await ports.fetchToken(signed)
  const accessKeyId = element(body, 'AccessKeyId')
  const secretAccessKey = element(body, 'SecretAccessKey')
  const sessionToken = element(body, 'SessionToken')
  const expiresAtMs = Date.parse(element(body, 'Expiration') ?? '')
  if (status === 200 && accessKeyId && secretAccessKey && sessionToken && Number.isFinite(expiresAtMs))
    return { value: { accessKeyId, secretAccessKey, sessionToken }, expiresAtMs }
  const said = element(body, 'Message') ?? 'without a message'
  throw new GatewayError('upstream_rejected', `the role '${roleArn}' was not given (${status}): ${said}`, {
    status: status >= 500 ? 502 : status === 200 ? 502 : status,
    isRetryable: status >= 500,
  })
}

/** It becomes part of a host name, so it must be nothing else. */
function regionOf({ configurations }: Credentials): string {
  const region = readText(configurations.aws_region) ?? defaultAwsRegion
  if (/^[a-z0-9-]+$/i.test(region)) return region
  throw new GatewayError(
    'invalid_request',
    `${settingPlace('aws_region')} is '${region.slice(0, 40)}'; it must be a region such as us-east-1`,
    { param: 'aws_region' },
  )
}

function missing(what: string, type: AuthType): GatewayError {
  return new GatewayError(
    'invalid_request',
    `the integration's aws_auth_type is '${type}' but ${what} ${what.includes(' and ') ? 'are' : 'is'} not set`,
    { param: what.split(' ')[0] ?? what },
  )
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
