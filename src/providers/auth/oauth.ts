/** One exchange with an OAuth token service: a form goes out, an access token and its life come back. */
import { GatewayError } from '../../errors.ts'
import type { CredentialPorts } from '../provider.ts'
import type { Expiring } from './token-cache.ts'

const usualSeconds = 3600

interface TokenQuestion {
  readonly url: URL
  readonly form: URLSearchParams
  /** For messages: "the token service refused the …". */
  readonly whose: string
}

/** Throws `upstream_rejected` when the service says no. */
export async function fetchAccessToken(question: TokenQuestion, ports: CredentialPorts): Promise<Expiring<string>> {
  const startedAtMs = ports.now()
  const { status, body } = await ports.fetchToken({
    method: 'POST',
    url: question.url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: Buffer.from(question.form.toString()),
  })
  const answer = readTokenAnswer(body)
  const token = answer.access_token
  if (status === 200 && typeof token === 'string' && token !== '') {
    const seconds = typeof answer.expires_in === 'number' ? answer.expires_in : usualSeconds
    return { value: token, expiresAtMs: startedAtMs + seconds * 1000 }
  }
  const said = [answer.error, answer.error_description].filter((each) => typeof each === 'string').join(': ')
  throw new GatewayError(
    'upstream_rejected',
    `the token service refused the ${question.whose} (${status})${said === '' ? '' : `: ${said}`}`,
    { status: status >= 500 ? 502 : 401, isRetryable: status >= 500 },
  )
}

/** What a token service says; what is no JSON object says nothing. */
export function readTokenAnswer(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
