/** Azure's ways in without a secret: an identity that the machine has, or one that trusts another identity of the gateway. Loaded when first needed. */
import { GatewayError } from '../../errors.ts'
import type { CredentialPorts } from '../provider.ts'
import { ownWebIdentity } from './aws-web-identity.ts'
import { fetchAccessToken, readTokenAnswer } from './oauth.ts'
import type { Expiring } from './token-cache.ts'

/** What Entra demands of tokens that others have signed. */
const audience = 'api://AzureADTokenExchange'

export interface FederatedApplication {
  readonly tenant: string
  readonly clientId: string
  readonly scope: string
}

/**
 * The platform's token file where there is one (AZURE_FEDERATED_TOKEN_FILE), else a token for the gateway's AWS role.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case-access-token-request-with-a-federated-credential
 */
export function workloadToken(application: FederatedApplication, ports: CredentialPorts): Promise<string> {
  const { tenant, clientId, scope } = application
  return ports.tokens.read(['entra workload', tenant, clientId, scope], ports.now(), async () => {
    const assertion = (await ports.machine?.readToken?.()) ?? (await ownWebIdentity(audience, ports))
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, scope })
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    form.set('client_assertion', assertion)
    return fetchAccessToken({ url: entraUrl(tenant), form, whose: "gateway's identity" }, ports)
  })
}

function entraUrl(tenant: string): URL {
  return new URL(`https://login.microsoftonline.com/${encodeURIComponent(tenant)}/oauth2/v2.0/token`)
}

/** https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
export function managedToken(scope: string, clientId: string | undefined, ports: CredentialPorts): Promise<string> {
  const endpoint = ports.machine?.identityEndpoint
  if (endpoint === undefined)
    throw new GatewayError(
      'invalid_request',
      "azure_auth_mode 'managed' is an identity that machines of Azure have, and this one names none (IDENTITY_ENDPOINT); elsewhere use workload, by which Entra trusts the gateway's own role, or entra",
      { param: 'azure_auth_mode' },
    )
  const url = new URL(endpoint.url)
  url.searchParams.set('api-version', '2019-08-01')
  url.searchParams.set('resource', scope.replace(/\/\.default$/, ''))
  if (clientId !== undefined) url.searchParams.set('client_id', clientId)
  return ports.tokens.read(['managed', url.href], ports.now(), async () => {
    const headers = { accept: 'application/json', 'x-identity-header': endpoint.secret }
    return readManaged(await ports.fetchToken({ method: 'GET', url, headers }))
  })
}

function readManaged({ status, body }: { readonly status: number; readonly body: string }): Expiring<string> {
  const answer = readTokenAnswer(body)
  const seconds = Number(answer.expires_on)
  const token = answer.access_token
  if (status === 200 && typeof token === 'string' && token !== '' && seconds > 0)
    return { value: token, expiresAtMs: seconds * 1_000 }
  const said = typeof answer.message === 'string' ? `: ${answer.message}` : ''
  throw new GatewayError('upstream_rejected', `the machine's identity service gave no token (${status})${said}`, {
    status: status >= 500 || status === 200 ? 502 : 401,
    isRetryable: status >= 500,
  })
}
