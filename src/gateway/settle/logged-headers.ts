/** A request's headers as the log keeps them: credentials are starred, also those inside an inline config. */
import { readProviderSecret, readSecret } from '../../identity/authenticate.ts'
import { isSecretOption, optionHeaderPrefix } from '../../routing/options.ts'

type Headers = Readonly<Record<string, string>>

const stars = '***'

const secretHeaders =
  /^(authorization|x-api-key|api-key|x-portkey-api-key|cookie|proxy-authorization)$|secret|token|password|-key$/

/** Whatever its header is called: what is sent as a credential, and tokens that say who somebody is. */
const secretValue = /^(?:bearer|basic|digest|negotiate|apikey|token)\s|(?:^|[\s=:"'])eyJ[\w-]+\.[\w-]+\./i

/** How issuers mark their keys. */
const markedKey =
  /(?:^|[^A-Za-z0-9])(?:sk|pk|rk|gsk|hf|r8|xai|pplx|nvapi|fw|csk|tgp|glpat|npm|pypi|gh[pousr]|github_pat|xox[abeoprs]|xapp|whsec|ya29|GOCSPX|dop_v1|lin_api|dapi|AIza)[-_.][\w.-]{12,}|(?:^|[^A-Za-z0-9])(?:AIza[\w-]{30,}|dapi[0-9a-f]{28,}|(?:AKIA|ASIA)[A-Z2-7]{16})/

/** Known to hold none, though some of them look like it: ids of requests and sessions, versions, addresses. */
const plainHeaders =
  /^(?:accept.*|content-.*|user-agent|host|origin|referer|connection|via|forwarded|x-forwarded-.*|x-real-ip|cf-.*|cdn-loop|cloudfront-.*|x-amz-cf-id|x-amzn-trace-id|traceparent|tracestate|baggage|sec-.*|if-.*|etag|date|range|x-stainless-.*|anthropic-beta|anthropic-version|openai-beta|x-goog-api-client|x-portkey-(?!.*(?:key|token|secret|authorization)).*)$|(?:^|[-_])(?:id|ids|uuid|version|agent|model|name|email|lang|runtime|os|arch)$/

/** One run of letters and digits, long and mixed, that is no id in a common form: what a key looks like to whoever does not know its issuer. */
function isOpaque(value: string): boolean {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value.trim())) return false
  return value.split(/[^A-Za-z0-9+/]+/).some((part) => part.length >= 20 && /\d/.test(part) && /[A-Za-z]/.test(part))
}

/** `x-portkey-sensitive-headers` names more of them. */
export function loggedHeaders(headers: Headers): Headers {
  const named = new Set(
    (headers['x-portkey-sensitive-headers'] ?? '').split(',').map((name) => name.trim().toLowerCase()),
  )
  const own = readSecret(headers)
  const brought = readProviderSecret(headers)
  const holds = (value: string, secret: string | undefined) => secret !== undefined && value.includes(secret)
  const isSecret = (value: string) => secretValue.test(value) || holds(value, own) || holds(value, brought)
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (isSecret(value)) return [name, stars]
      if (!plainHeaders.test(name) && (markedKey.test(value) || isOpaque(value))) return [name, stars]
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
