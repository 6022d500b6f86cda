/** Fields that a resource does not know: extras of clients are ignored, one that reads as a restriction or a direction is refused, since it would be lost. */
import { GatewayError } from '../errors.ts'
import { nearestName } from '../nearest.ts'

/** Names whose loss would lift a limit or an end date, and the field they stand for. */
const guarded: Readonly<Record<string, string>> = {
  usagelimits: 'usage_limits',
  usagelimit: 'usage_limits',
  budget: 'usage_limits',
  budgets: 'usage_limits',
  budgetid: 'usage_limits',
  budgetlimit: 'usage_limits',
  budgetduration: 'usage_limits.periodic_reset',
  resetduration: 'usage_limits.periodic_reset',
  quota: 'usage_limits',
  limits: 'usage_limits',
  limit: 'usage_limits',
  maxbudget: 'usage_limits',
  softbudget: 'usage_limits.alert_threshold',
  spendlimit: 'usage_limits',
  maxlimit: 'usage_limits',
  creditlimit: 'usage_limits.credit_limit',
  alertthreshold: 'usage_limits.alert_threshold',
  periodicreset: 'usage_limits.periodic_reset',
  periodicresetdays: 'usage_limits.periodic_reset_days',
  nextusageresetat: 'usage_limits.next_usage_reset_at',
  ratelimits: 'rate_limits',
  ratelimit: 'rate_limits',
  rpm: 'rate_limits',
  rpmlimit: 'rate_limits',
  tpm: 'rate_limits',
  tpmlimit: 'rate_limits',
  requestmaxlimit: 'rate_limits',
  tokenmaxlimit: 'rate_limits',
  throttle: 'rate_limits',
  expiresat: 'expires_at',
  expireat: 'expires_at',
  expires: 'expires_at',
  expiry: 'expires_at',
  expiration: 'expires_at',
  duration: 'expires_at',
  lifetime: 'expires_at',
  ttl: 'expires_at',
  datapolicy: 'defaults.data_policy',
  dataretention: 'defaults.data_policy',
  dataresidency: 'defaults.data_policy',
}

/** Words of a name that restricts what a row may do, or directs where its requests go. */
const telling = new Set(
  `limit limits budget budgets quota rpm tpm rph tph rpd tpd rps max min cap throttle expire expires expired expiry
  expiration ttl duration lifetime until deadline host hostname url uri base endpoint region location zone proxy header
  headers address origin allow allowed block blocked deny denied restrict restricted restrictions forbid forbidden
  permission permissions role roles scope scopes guardrail guardrails ip ips cidr whitelist blacklist allowlist blocklist
  denylist disable disabled enable enabled active readonly spend threshold models access concurrency concurrent parallel`
    .split(/\s+/)
    .filter(Boolean),
)

/** What answers of ours carry and clients send back. */
const echoed = new Set([
  'allow_all_models',
  'expiry_enforced',
  'global_workspace_access_settings',
  'last_reset_at',
  'limit',
  'next_usage_reset_at',
  'reset_usage',
  'status',
])

/** States that a row shows by itself; any other would be an order to change it. */
const ownStates: readonly unknown[] = ['active', 'exhausted', 'expired', null]

interface Unknown {
  readonly key: string
  /** In snake_case. */
  readonly plain: string
  readonly value: unknown
}

/** `known` are the resource's fields, `object` is its name. Throws `invalid_request`. */
export function refuseUnknownRestriction(
  { key, plain, value }: Unknown,
  known: readonly string[],
  object: string,
): void {
  if (plain === 'status' && !ownStates.includes(value))
    throw unknownField(key, `the status of ${object} cannot be set here`)
  if (echoed.has(plain)) return
  const letters = lettersOf(key)
  const near = Object.hasOwn(guarded, letters) ? guarded[letters] : closest(letters)
  if (near !== undefined) throw unknownField(key, adviceFor(near, known, object))
  if (!plain.split('_').some((word) => telling.has(word))) return
  const nearest = nearestName(plain.slice(0, 80), known)
  const hint = nearest !== undefined && differsLittle(letters, lettersOf(nearest)) ? `did you mean '${nearest}'? ` : ''
  throw unknownField(
    key,
    `${hint}it would restrict or direct nothing here; fields of ${object} are ${known.join(', ')}`,
  )
}

function unknownField(key: string, advice: string): GatewayError {
  return new GatewayError('invalid_request', `unknown field '${key.slice(0, 60)}'; ${advice}`, { param: key })
}

function adviceFor(near: string, known: readonly string[], object: string): string {
  const [field = near, member] = near.split('.')
  const meant = member !== undefined && known.includes(member) ? member : near
  return known.includes(field) || known.includes(meant) ? `did you mean '${meant}'?` : elsewhere(field, object)
}

function elsewhere(field: string, object: string): string {
  return field === 'expires_at'
    ? `${object} does not expire; leave it out`
    : `${object} carries no limits itself; set ${field} on its workspaces, providers or api keys`
}

function closest(plain: string): string | undefined {
  if (plain.length < 6) return undefined
  const candidate = nearestName(
    plain,
    Object.keys(guarded).filter((name) => name.length >= 6 && Math.abs(name.length - plain.length) <= 2),
  )
  return candidate !== undefined && differsLittle(plain, candidate) ? guarded[candidate] : undefined
}

/** For members that would be lost without a word, as those of `defaults`: extras pass, what is nearly a known name does not. */
export function refuseMistyped(given: unknown, known: readonly string[], path: string): void {
  if (typeof given !== 'object' || given === null) return
  for (const key of Object.keys(given).filter((each) => !known.includes(each))) {
    const meant = known.find((name) => differsLittle(lettersOf(key), lettersOf(name)))
    if (meant === undefined) continue
    const field = `${path}.${key.slice(0, 60)}`
    throw new GatewayError('invalid_request', `unknown field '${field}'; did you mean '${meant}'?`, { param: field })
  }
}

function lettersOf(key: string): string {
  return key.toLowerCase().replace(/[^a-z]/g, '')
}

/** `nearestName` is generous for messages; for a refusal the words must share nearly all letters. */
function differsLittle(left: string, right: string): boolean {
  const rest = [...right]
  for (const letter of left) {
    const at = rest.indexOf(letter)
    if (at >= 0) rest.splice(at, 1)
  }
  return rest.length <= 2 && left.length - (right.length - rest.length) <= 2 && left.slice(0, 2) === right.slice(0, 2)
}
