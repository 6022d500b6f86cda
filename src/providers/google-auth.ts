/** Google's ways in: an API key, an access token, or a service account that signs for one. */
import { createSign } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import { fetchAccessToken } from './oauth.ts'
import type { Authenticate, CredentialPorts } from './provider.ts'
import type { Expiring } from './token-cache.ts'

type Settings = Readonly<Record<string, unknown>>

const scope = 'https://www.googleapis.com/auth/cloud-platform'
const tokenAddress = 'https://oauth2.googleapis.com/token'
const accountSetting = 'vertex_service_account_json'
const lifeSeconds = 3600

/** API keys start so (the second form: keys of express mode); everything else is an access token. */
const apiKey = /^(?:AIza|AQ\.)/

/** A service account where there is one, else the key as what it is. */
export const googleCloud: Authenticate = async (draft, { key, configurations }, ports) => {
  const account = readAccount(configurations)
  if (account !== undefined) {
    const token = await ports.tokens.read([JSON.stringify(account)], ports.now(), () => exchange(account, ports))
    return { ...draft, headers: { ...draft.headers, authorization: `Bearer ${token}` } }
  }
  if (!key) return draft
  const [name, value] = apiKey.test(key) ? ['x-goog-api-key', key] : ['authorization', `Bearer ${key}`]
  return { ...draft, headers: { ...draft.headers, [name]: value } }
}

/** The project that a service account belongs to. */
export function projectOf(configurations: Settings): string | undefined {
  const { project_id: project } = readAccount(configurations) ?? {}
  return typeof project === 'string' ? project : undefined
}

/** As text or as an object; empty = none. */
function readAccount(configurations: Settings): Settings | undefined {
  const value = configurations[accountSetting]
  if (value === undefined || value === null || value === '') return undefined
  const account = typeof value === 'string' ? parse(value) : value
  if (typeof account === 'object' && account !== null && !Array.isArray(account)) return account as Settings
  throw invalid('it is not a JSON object')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function exchange(account: Settings, ports: CredentialPorts): Promise<Expiring<string>> {
  const form = account.type === 'authorized_user' ? userForm(account) : accountForm(account, ports.now())
  return fetchAccessToken({ url: tokenUrl(account), form, whose: 'service account' }, ports)
}

/** A refresh token of a person, as gcloud stores it. */
function userForm(account: Settings): URLSearchParams {
  return new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: text(account, 'refresh_token'),
    client_id: text(account, 'client_id'),
    client_secret: text(account, 'client_secret'),
  })
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
function accountForm(account: Settings, nowMs: number): URLSearchParams {
  if (account.type !== undefined && account.type !== 'service_account') {
    throw invalid(`its type '${String(account.type)}' is not supported; use that of a service account`)
  }
  const issuedAt = Math.floor(nowMs / 1000)
  const header = { alg: 'RS256', typ: 'JWT', kid: account.private_key_id }
  const iss = text(account, 'client_email')
  const claims = { iss, scope, aud: tokenUrl(account).href, iat: issuedAt, exp: issuedAt + lifeSeconds }
  const unsigned = `${encode(header)}.${encode(claims)}`
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: `${unsigned}.${sign(unsigned, text(account, 'private_key'))}`,
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
    throw invalid('its private_key is not an RSA key in PEM form', cause)
  }
}

/** Only the provider's own token services: the file comes from outside. */
function tokenUrl(account: Settings): URL {
  const url = URL.parse(typeof account.token_uri === 'string' ? account.token_uri : tokenAddress)
  if (url?.protocol === 'https:' && url.hostname.endsWith('.googleapis.com')) return url
  throw invalid('its token_uri is not an https address under googleapis.com')
}

function text(account: Settings, name: string): string {
  const value = account[name]
  if (typeof value === 'string' && value !== '') return value
  throw invalid(`it has no ${name}`)
}

function invalid(what: string, cause?: unknown): GatewayError {
  return new GatewayError(
    'invalid_request',
    `${accountSetting} of the integration cannot be used: ${what}; store the key file as it was downloaded`,
    { param: accountSetting },
    cause,
  )
}
