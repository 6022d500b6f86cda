/** Google's workload identity federation: the gateway's AWS role is shown to Google, which gives a token for it. Loaded when first needed. */
import { GatewayError } from '../../errors.ts'
import type { CredentialPorts } from '../provider.ts'
import { signedCallerIdentity } from './aws-web-identity.ts'
import { type Account, googleUrl, invalidAccount, scope, textIn } from './google-account.ts'
import { fetchAccessToken, readTokenAnswer } from './oauth.ts'
import type { Expiring } from './token-cache.ts'

const awsToken = 'urn:ietf:params:aws:token-type:aws4_request'

/** `account` is the configuration file that gcloud makes for a pool with AWS; where it says to look for AWS credentials does not count, the gateway has its own. */
export async function federatedToken(account: Account, ports: CredentialPorts): Promise<Expiring<string>> {
  if (account.subject_token_type !== awsToken)
    throw invalidAccount(`its subject_token_type is not ${awsToken}; make the file for a pool provider of type AWS`)
  const audience = textIn(account, 'audience')
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience,
    scope,
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token_type: awsToken,
    subject_token: await subjectToken(audience, ports),
  })
  const url = googleUrl(account, 'token_url', 'https://sts.googleapis.com/v1/token')
  const federated = await fetchAccessToken({ url, form, whose: "gateway's AWS role" }, ports)
  return account.service_account_impersonation_url === undefined ? federated : impersonate(account, federated, ports)
}

/** https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token, on subjectToken. */
async function subjectToken(audience: string, ports: CredentialPorts): Promise<string> {
  const { url, method, headers } = await signedCallerIdentity({ 'x-goog-cloud-target-resource': audience }, ports)
  const listed = Object.entries(headers).map(([key, value]) => ({ key, value }))
  return encodeURIComponent(JSON.stringify({ url: url.href, method, headers: listed }))
}

/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken */
async function impersonate(
  account: Account,
  federated: Expiring<string>,
  ports: CredentialPorts,
): Promise<Expiring<string>> {
  const { status, body } = await ports.fetchToken({
    method: 'POST',
    url: googleUrl(account, 'service_account_impersonation_url', ''),
    headers: { authorization: `Bearer ${federated.value}`, 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ scope: [scope] })),
  })
  const answer = readTokenAnswer(body)
  const expiresAtMs = Date.parse(typeof answer.expireTime === 'string' ? answer.expireTime : '')
  if (status === 200 && typeof answer.accessToken === 'string' && Number.isFinite(expiresAtMs))
    return { value: answer.accessToken, expiresAtMs }
  const said = (answer.error as { message?: unknown } | undefined)?.message
  throw new GatewayError(
    'upstream_rejected',
    `the service account may not be used by the gateway's AWS role (${status})${typeof said === 'string' ? `: ${said}` : ''}`,
    { status: status >= 500 || status === 200 ? 502 : 401, isRetryable: status >= 500 },
  )
}
