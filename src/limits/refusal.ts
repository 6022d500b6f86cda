/** Which of several refusals is told, and how: what is gone is terminal, what others hold is not, a rate says when. */
import { type ErrorCode, type Facts, GatewayError } from '../errors.ts'
import { type Counter, heldOf } from './counter.ts'
import type { Limit, LimitOwner } from './limit.ts'
import { carriedOver, reliefAtMs } from './rates.ts'
import { endOf, type Window } from './window.ts'

export interface Refusal {
  readonly limit: Limit
  readonly window: Window
  readonly counter: Counter | undefined
  /** The least that would have made sense. */
  readonly leastAsk: number
  readonly previous: number
  readonly nowMs: number
}

/** The holds of others settle within seconds. */
const busyRetryMs = 1_000

const kindWords = {
  api_key: { name: 'api key', usage: ['usage_limit_exceeded', '04'], rate: ['api_key_rate_limit_error', '05'] },
  workspace: {
    name: 'workspace',
    usage: ['workspace_exhaust_error', '04'],
    rate: ['workspace_rate_limit_error', '05'],
  },
  integration: {
    name: 'integration',
    usage: ['integration_exhaust_error', '04'],
    rate: ['integration_rate_limit_error', null],
  },
  provider: {
    name: 'provider',
    usage: ['virtual_key_exhaust_error', '04'],
    rate: ['virtual_key_rate_limit_error', null],
  },
  policy: {
    name: 'policy',
    usage: ['usage_limits_policy_exhaust_error', '06'],
    rate: ['rate_limits_policy_exhaust_error', null],
  },
} as const satisfies Record<
  LimitOwner['kind'],
  { name: string; usage: readonly [string, string]; rate: readonly [string, string | null] }
>

const kindOrder: readonly LimitOwner['kind'][] = ['policy', 'integration', 'provider', 'workspace', 'api_key']
const codeOrder: readonly ErrorCode[] = ['usage_limit_exceeded', 'rate_limit_exceeded', 'limit_busy']

/** The refusal that decides, as an error; of one or more. */
export function refusalError(refusals: readonly Refusal[]): GatewayError {
  const { refusal, code } = refusals
    .map((each) => ({ refusal: each, code: codeOf(each) }))
    .map((each) => ({ ...each, rank: rank(each.code, each.refusal.limit) }))
    .reduce((first, each) => (each.rank < first.rank ? each : first))
  return describe(refusal, code)
}

export function unpricedError(limit: Limit, model: string | undefined): GatewayError {
  return new GatewayError(
    'model_unpriced',
    `${model === undefined ? 'the model' : `model '${model}'`} has no known price, so the cost limit of ${ownerText(limit.owner)} cannot be kept; set pricing_config on the integration's model, upload its price with PUT /v1/prices, or choose a model with a price`,
    { isRetryable: false, limit: ownerText(limit.owner) },
  )
}

/** The store did not answer for sure; fails closed. */
export function uncertainError(cause: unknown): GatewayError {
  return new GatewayError(
    'limit_busy',
    'the limits could not be checked just now, so the request was not sent; try again',
    { status: 503, type: 'limit_unavailable', wireCode: 'limit_unavailable', retryAfterMs: busyRetryMs },
    cause,
  )
}

/** After its deadline nobody waits for a request's record any more, so no call may begin. */
export function lateError(): GatewayError {
  return new GatewayError(
    'request_timeout',
    "the request's time was over before its limits were checked; it was not sent",
  )
}

/** Which of these counters have nothing left for a request, and do not say so yet. */
export function refusingCounters(refusals: readonly Refusal[]): readonly string[] {
  return refusals
    .filter((refusal) => codeOf(refusal) === 'usage_limit_exceeded')
    .flatMap(({ counter }) => (counter && !counter.marks.has('refusing') ? [counter.key] : []))
}

/** Busy where the request would fit if the holds of others were gone: they settle within seconds. */
function codeOf({ limit, window, counter, leastAsk, previous, nowMs }: Refusal): ErrorCode {
  const carried = limit.nature === 'rate' ? carriedOver(previous, window, nowMs) : 0
  if ((counter?.spent ?? 0) + carried + leastAsk <= limit.amount) return 'limit_busy'
  return limit.nature === 'rate' ? 'rate_limit_exceeded' : 'usage_limit_exceeded'
}

function rank(code: ErrorCode, limit: Limit): number {
  return codeOrder.indexOf(code) * kindOrder.length + kindOrder.indexOf(limit.owner.kind)
}

function describe(refusal: Refusal, code: ErrorCode): GatewayError {
  const { limit, window, counter, leastAsk } = refusal
  const show = (amount: number) => amountText(limit, amount)
  const spent = counter?.spent ?? 0
  const held = heldOf(counter)
  const until =
    window.endMs === undefined ? 'a window that never ends' : `the window until ${instantText(window.endMs)}`
  const standing = `spent ${show(spent)}, held ${show(held)} of ${show(limit.amount)} in ${until}`
  const facts: Facts = {
    limit: ownerText(limit.owner),
    limitResource: limit.resource,
    limitAmount: limit.amount,
    spent,
    held,
    asked: leastAsk,
    ...(window.endMs === undefined ? {} : { windowEndsAtMs: window.endMs }),
  }
  const kind = kindWords[limit.owner.kind]
  if (code === 'rate_limit_exceeded') return rateError(refusal, { facts, words: kind.rate })
  const nature = limit.nature === 'rate' ? 'rate' : resourceText(limit)
  const subject = `${nature} limit of ${ownerText(limit.owner)}`
  if (code === 'limit_busy')
    return new GatewayError(
      'limit_busy',
      `${subject} has no room while other requests hold it: ${standing}; try again`,
      {
        ...facts,
        retryAfterMs: busyRetryMs,
      },
    )
  const state = spent < limit.amount ? 'has too little left' : 'is used up'
  return new GatewayError(
    'usage_limit_exceeded',
    `${subject} ${state}: ${standing}; this request needs at least ${show(leastAsk)}`,
    {
      ...facts,
      isRetryable: false,
      type: kind.usage[0],
      wireCode: kind.usage[1],
    },
  )
}

function rateError(
  refusal: Refusal,
  { facts, words }: { readonly facts: Facts; readonly words: readonly [string, string | null] },
): GatewayError {
  const { limit, window, counter, leastAsk, previous, nowMs } = refusal
  const isTooLarge = leastAsk > limit.amount
  const view = { amount: limit.amount, window, previous, used: counter?.spent ?? 0 }
  const relief = reliefAtMs(view, leastAsk, nowMs)
  const message = isTooLarge ? tooLargeText(refusal) : rateReachedText(refusal, relief)
  return new GatewayError('rate_limit_exceeded', message, {
    ...facts,
    type: words[0],
    wireCode: words[1],
    ...(isTooLarge ? { isRetryable: false } : { retryAfterMs: Math.max(1, relief - nowMs) }),
  })
}

/** No wait helps this request, so neither what is used nor when the window ends is said. */
function tooLargeText({ limit, leastAsk }: Refusal): string {
  const allowed = `${amountText(limit, limit.amount)} per ${limit.rule.type}`
  return `this request alone needs ${amountText(limit, leastAsk)}, more than the rate limit of ${ownerText(limit.owner)} allows: ${allowed}; send a smaller request, or raise the limit`
}

/** Both parts of a sliding window: without what the window before left, a full one would seem empty just after it began. */
function rateReachedText({ limit, window, counter, leastAsk, previous, nowMs }: Refusal, reliefMs: number): string {
  const used = counter?.spent ?? 0
  const carried = carriedOver(previous, window, nowMs)
  const before = carried > 0 ? ` and ${carried} carried over from the window before` : ''
  return `rate limit of ${ownerText(limit.owner)} is reached: ${amountText(limit, limit.amount)} per ${limit.rule.type}, used ${used} in the window until ${instantText(endOf(window))}${before}; room for this request's ${leastAsk} comes at ${instantText(reliefMs)}`
}

export function ownerText(owner: LimitOwner): string {
  const group = owner.valueKey ? ` for ${owner.valueKey}` : ''
  return `${kindWords[owner.kind].name} ${owner.label}${group}`
}

function resourceText(limit: Limit): string {
  return limit.resource === 'requests' ? 'request' : limit.resource === 'tokens' ? 'token' : 'cost'
}

/** Dollars for cost, else a count. */
export function amountText(limit: Pick<Limit, 'resource'>, amount: number): string {
  if (limit.resource !== 'cost') return `${amount} ${limit.resource}`
  return `$${(amount / 1e9).toFixed(9).replace(/0{1,7}$/, '')}`
}

export function instantText(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z')
}
