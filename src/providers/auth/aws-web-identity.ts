/** What proves this gateway's AWS identity to others: a token that AWS signs, or a signed question that they ask AWS themselves. Loaded when first needed. */
import { GatewayError } from '../../errors.ts'
import { partitionOf } from '../aws-partition.ts'
import type { CredentialPorts, Draft } from '../provider.ts'
import { defaultAwsRegion } from './aws.ts'
import { element } from './aws-xml.ts'
import { signAws } from './sigv4.ts'

/** Only exchanged for another token at once. */
const lifeSeconds = 300

/**
 * A JWT for `audience`, whose issuer is the AWS account's own address. The account must have enabled outbound identity
 * federation. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html
 */
export async function ownWebIdentity(audience: string, ports: CredentialPorts): Promise<string> {
  const form = new URLSearchParams({ Action: 'GetWebIdentityToken', Version: '2011-06-15' })
  form.set('Audience.member.1', audience)
  form.set('SigningAlgorithm', 'RS256')
  form.set('DurationSeconds', String(lifeSeconds))
  const region = regionOf(ports)
  const draft: Draft = {
    method: 'POST',
    url: new URL(`https://sts.${region}.${partitionOf(region).suffix}/`),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
  }
  const signed = await signAws(draft, await ports.ownAwsCredentials(), { region, service: 'sts', nowMs: ports.now() })
  const { status, body } = await ports.fetchToken(signed)
  const token = element(body, 'WebIdentityToken')
  if (status === 200 && token) return token
  const said = element(body, 'Message') ?? element(body, 'Code') ?? 'without a message'
  throw new GatewayError(
    'upstream_rejected',
    `AWS gave this gateway no identity token (${status}): ${said}; the account needs outbound identity federation and the gateway's role sts:GetWebIdentityToken`,
    { status: status >= 500 || status === 200 ? 502 : 401, isRetryable: status >= 500 },
  )
}

/** A signed GetCallerIdentity that another service may send, once, to learn who signed it. `headers` are signed too. */
export async function signedCallerIdentity(
  headers: Readonly<Record<string, string>>,
  ports: CredentialPorts,
): Promise<Draft> {
  const region = regionOf(ports)
  const url = new URL(
    `https://sts.${region}.${partitionOf(region).suffix}/?Action=GetCallerIdentity&Version=2011-06-15`,
  )
  const scope = { region, service: 'sts', nowMs: ports.now(), isBodySigned: false }
  const signed = await signAws({ method: 'POST', url, headers }, await ports.ownAwsCredentials(), scope)
  return { ...signed, headers: { ...signed.headers, host: url.host } }
}

function regionOf({ machine }: CredentialPorts): string {
  return machine?.awsRegion ?? defaultAwsRegion
}
