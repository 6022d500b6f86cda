/** The key file of a Google identity, as an integration stores it. */
import { GatewayError } from '../../errors.ts'

export type Account = Readonly<Record<string, unknown>>

export const scope = 'https://www.googleapis.com/auth/cloud-platform'
const accountSetting = 'vertex_service_account_json'

/** As text or as an object; empty = none. */
export function readAccount(configurations: Account): Account | undefined {
  const value = configurations[accountSetting]
  if (value === undefined || value === null || value === '') return undefined
  const account = typeof value === 'string' ? parse(value) : value
  if (typeof account === 'object' && account !== null && !Array.isArray(account)) return account as Account
  throw invalidAccount('it is not a JSON object')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Only the provider's own services: the file comes from outside. */
export function googleUrl(account: Account, member: string, usual: string): URL {
  const given = account[member]
  const url = URL.parse(typeof given === 'string' ? given : usual)
  if (url?.protocol === 'https:' && url.hostname.endsWith('.googleapis.com')) return url
  throw invalidAccount(`its ${member} is not an https address under googleapis.com`)
}

export function textIn(account: Account, name: string): string {
  const value = account[name]
  if (typeof value === 'string' && value !== '') return value
  throw invalidAccount(`it has no ${name}`)
}

export function invalidAccount(what: string, cause?: unknown): GatewayError {
  return new GatewayError(
    'invalid_request',
    `${accountSetting} of the integration cannot be used: ${what}; store the key file as it was downloaded`,
    { param: accountSetting },
    cause,
  )
}
