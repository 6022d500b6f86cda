/** Google's ways in: an API key, an access token, a service account that signs for one, or a pool that trusts the gateway's AWS role. */
import { createSign } from 'node:crypto'
import { type CredentialPorts, readingSettings } from '../provider.ts'
import { type Account, googleUrl, invalidAccount, readAccount, scope, textIn } from './google-account.ts'
import { fetchAccessToken } from './oauth.ts'
import type { Expiring } from './token-cache.ts'

const tokenAddress = 'https://oauth2.googleapis.com/token'
const lifeSeconds = 3600

/** API keys start so (the second form: keys of express mode); everything else is an access token. */
const apiKey = /^(?:AIza|AQ\.)/

/** A service account where there is one, else the key as what it is. */
export const googleCloud = readingSettings(
  async (draft, { key, configurations }, ports) => {
    const account = readAccount(configurations)
    if (account !== undefined) {
      const token = await ports.tokens.read([JSON.stringify(account)], ports.now(), () => exchange(account, ports))
      return { ...draft, headers: { ...draft.headers, authorization: `Bearer ${token}` } }
    }
    if (configurations.vertex_auth_type === 'workload')
      throw invalidAccount(
        "it is missing, and vertex_auth_type is 'workload', which takes the file of a workload identity pool",
      )
    if (!key) return draft
    const [name, value] = apiKey.test(key) ? ['x-goog-api-key', key] : ['authorization', `Bearer ${key}`]
    return { ...draft, headers: { ...draft.headers, [name]: value } }
  },
  ['vertex_auth_type', 'vertex_project_id', 'vertex_region', 'vertex_service_account_json'],
  { vertex_auth_type: ['basic', 'serviceAccount', 'workload'] },
)

/** The project that a service account belongs to. */
export function projectOf(configurations: Account): string | undefined {
  const { project_id: project } = readAccount(configurations) ?? {}
  return typeof project === 'string' ? project : undefined
}

async function exchange(account: Account, ports: CredentialPorts): Promise<Expiring<string>> {
  if (account.type === 'external_account') {
    const { federatedToken } = await import('./google-federation.ts')
    return federatedToken(account, ports)
  }
  const form = account.type === 'authorized_user' ? userForm(account) : accountForm(account, ports.now())
  return fetchAccessToken({ url: googleUrl(account, 'token_uri', tokenAddress), form, whose: 'service account' }, ports)
}

/** A refresh token of a person, as gcloud stores it. */
function userForm(account: Account): URLSearchParams {
  return new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: textIn(account, 'refresh_token'),
    client_id: textIn(account, 'client_id'),
    client_secret: textIn(account, 'client_secret'),
  })
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
function accountForm(account: Account, nowMs: number): URLSearchParams {
  if (account.type !== undefined && account.type !== 'service_account') {
    throw invalidAccount(
      `its type '${String(account.type)}' is not supported; use that of a service account, or of a workload identity pool with AWS`,
    )
  }
  const issuedAt = Math.floor(nowMs / 1000)
  const header = { alg: 'RS256', typ: 'JWT', kid: account.private_key_id }
  const iss = textIn(account, 'client_email')
  const claims = {
    iss,
    scope,
    aud: googleUrl(account, 'token_uri', tokenAddress).href,
    iat: issuedAt,
    exp: issuedAt + lifeSeconds,
  }
  const unsigned = `${encode(header)}.${encode(claims)}`
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: `${unsigned}.${sign(unsigned, textIn(account, 'private_key'))}`,
  })
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Keys that went through environment variables often have their line ends spelled out. */
function sign(unsigned: string, privateKey: string): string {
  try {
    return createSign('RSA-SHA256').update(unsigned).sign(privateKey.replaceAll('\\n', '\n'), 'base64url')
  } catch (cause) {
    throw invalidAccount('its private_key is not an RSA key in PEM form', cause)
  }
}
