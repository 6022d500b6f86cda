/** Azure's ways in: a key, an access token, or an identity that is given one. */
import { GatewayError } from '../../errors.ts'
import { type Authenticate, type CredentialPorts, type Credentials, type Draft, readingSettings } from '../provider.ts'
import { fetchAccessToken } from './oauth.ts'

const modes = ['default', 'entra', 'workload', 'managed'] as const
type Mode = (typeof modes)[number]

/** Both OpenAI's and the other models' endpoints take it. */
const usualScope = 'https://cognitiveservices.azure.com/.default'

const settings = [
  'azure_ad_token',
  'azure_auth_mode',
  'azure_entra_client_id',
  'azure_entra_client_secret',
  'azure_entra_scope',
  'azure_entra_tenant_id',
  'azure_managed_client_id',
  'azure_workload_client_id',
]

/** `keyHeader` says where a key goes: a header's name and what stands before the key. */
export function azureAuth(keyHeader: (draft: Draft) => readonly [string, string]): Authenticate {
  return readingSettings(
    async (draft, credentials, ports) => {
      const given = text(credentials, 'azure_ad_token')
      const mode = text(credentials, 'azure_auth_mode') ?? 'default'
      if (given !== undefined) return withHeader(draft, 'authorization', `Bearer ${given}`)
      if (!isMode(mode)) throw unknownMode(mode)
      if (mode !== 'default')
        return withHeader(draft, 'authorization', `Bearer ${await tokenOf(mode, credentials, ports)}`)
      if (!credentials.key) return draft
      const [name, prefix] = keyHeader(draft)
      return withHeader(draft, name, prefix + credentials.key)
    },
    settings,
    { azure_auth_mode: modes },
  )
}

function withHeader(draft: Draft, name: string, value: string): Draft {
  return { ...draft, headers: { ...draft.headers, [name]: value } }
}

function isMode(mode: string): mode is Mode {
  return (modes as readonly string[]).includes(mode)
}

async function tokenOf(
  mode: Exclude<Mode, 'default'>,
  credentials: Credentials,
  ports: CredentialPorts,
): Promise<string> {
  if (mode === 'entra') return entraToken(credentials, ports)
  const { managedToken, workloadToken } = await import('./azure-identity.ts')
  const scope = text(credentials, 'azure_entra_scope') ?? usualScope
  if (mode === 'managed') return managedToken(scope, text(credentials, 'azure_managed_client_id'), ports)
  const clientId =
    text(credentials, 'azure_workload_client_id') ?? required(credentials, 'azure_entra_client_id', 'workload')
  return workloadToken({ tenant: required(credentials, 'azure_entra_tenant_id', mode), clientId, scope }, ports)
}

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
function entraToken(credentials: Credentials, ports: CredentialPorts): Promise<string> {
  const tenant = required(credentials, 'azure_entra_tenant_id')
  const clientId = required(credentials, 'azure_entra_client_id')
  const clientSecret = required(credentials, 'azure_entra_client_secret')
  const scope = text(credentials, 'azure_entra_scope') ?? usualScope
  const url = new URL(`https://login.microsoftonline.com/${encodeURIComponent(tenant)}/oauth2/v2.0/token`)
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, scope })
  form.set('client_secret', clientSecret)
  return ports.tokens.read(['entra', tenant, clientId, clientSecret, scope], ports.now(), () =>
    fetchAccessToken({ url, form, whose: 'Entra application' }, ports),
  )
}

function text({ configurations }: Credentials, name: string): string | undefined {
  const value = configurations[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function required(credentials: Credentials, name: string, mode: Mode = 'entra'): string {
  const value = text(credentials, name)
  if (value !== undefined) return value
  throw new GatewayError('invalid_request', `the integration's azure_auth_mode is '${mode}' but ${name} is not set`, {
    param: name,
  })
}

function unknownMode(mode: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `azure_auth_mode '${mode.slice(0, 40)}' is not known; it must be one of ${modes.join(', ')}`,
    { param: 'azure_auth_mode' },
  )
}
