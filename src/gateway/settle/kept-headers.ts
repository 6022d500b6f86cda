/** A request's headers as the log keeps them: credentials are starred, also those inside an inline config. */
import { readSecret } from '../../identity/authenticate.ts'
import { isSecretOption, optionHeaderPrefix } from '../../routing/options.ts'

type Headers = Readonly<Record<string, string>>

const stars = '***'

const secretHeaders =
  /^(authorization|x-api-key|api-key|x-portkey-api-key|cookie|proxy-authorization)$|secret|token|password|-key$/

/** Whatever its header is called: what is sent as a credential, and tokens that say who somebody is. */
const secretValue = /^(?:bearer|basic)\s|^eyJ[\w-]+\.[\w-]+\./i

/** `x-portkey-sensitive-headers` names more of them. */
export function keptHeaders(headers: Headers): Headers {
  const named = new Set(
    (headers['x-portkey-sensitive-headers'] ?? '').split(',').map((name) => name.trim().toLowerCase()),
  )
  const own = readSecret(headers)
  const isSecret = (value: string) => secretValue.test(value) || (own !== undefined && value.includes(own))
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (isSecret(value)) return [name, stars]
      if (named.has(name) || secretHeaders.test(name) || isSecretOption(settingOf(name))) return [name, stars]
      return [name, name === 'x-portkey-config' ? keptConfig(value) : value]
    }),
  )
}

function settingOf(header: string): string {
  return header.startsWith(optionHeaderPrefix) ? header.slice(optionHeaderPrefix.length).replaceAll('-', '_') : ''
}

/** An id as it is; of JSON everything but what may be secret; what is neither may hide a key. */
function keptConfig(config: string): string {
  if (/^[\w-]{1,80}$/.test(config.trim())) return config
  try {
    return JSON.stringify(JSON.parse(config), (key, value: unknown) => (isSecretMember(key) ? stars : value))
  } catch {
    return stars
  }
}

/** A number such as max_tokens is no secret, but these names never hold one. */
function isSecretMember(key: string): boolean {
  const setting = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_')
  return (
    isSecretOption(setting) || /(?:^|_)(?:api_?key|secret|password|authorization|credentials?)(?:_|$)/.test(setting)
  )
}
