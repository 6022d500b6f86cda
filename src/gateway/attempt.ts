/** For each target of the plan: take holds, call, look at the first frame. Ends with the first good answer, or throws the last error. */
import { GatewayError, toGatewayError } from '../errors.ts'
import type { Hold } from '../limits/gate.ts'
import type { StreamWriter } from '../protocols/protocol.ts'
import type { Credentials, Draft } from '../providers/provider.ts'
import type { Span } from '../records/log.ts'
import type { RequestRecord } from '../records/record.ts'
import { type Answer, readAnswer } from './answer.ts'
import { type BesideTokens, findBesideTokens, unpricedToolError, unpricedTools } from './beside-tokens.ts'
import { type CacheTicket, lookUp } from './cache-lookup.ts'
import { tearUp, watch } from './cache-store.ts'
import { type Choice, choose, customHostOf, type Written, wireOf, writeBody, writeDraft } from './choose.ts'
import { type Answered, followPlan, type Repetition } from './follow-plan.ts'
import { guardInput } from './guard-input.ts'
import { guardAnswer } from './guard-output.ts'
import type { Lifeline } from './lifeline.ts'
import { costLimitsOf, estimateCall, findPrice, limitsOf } from './limits-of.ts'
import { Meter } from './meter.ts'
import { portsForBrought, secretsBrought } from './own-credentials.ts'
import type { Own } from './own-task.ts'
import { PassingOver } from './passed-over.ts'
import type { GatewayPorts, UpstreamResponse } from './ports.ts'
import { secretsOf, secretsSoFar, withoutSecrets } from './redact.ts'
import { refreshLimits } from './refresh.ts'
import type { Target, Task } from './task.ts'

/** What one request carries through its line. */
export interface Line {
  readonly ports: GatewayPorts
  readonly record: RequestRecord
  readonly lifeline: Lifeline
  /** For the answer: `x-ratelimit-*` of the last gate passed or refused. */
  rateHeaders: Readonly<Record<string, string>>
  /** The provider's own error frame has gone out: the client knows. */
  hasToldError: boolean
  /** Of a translated stream that has begun: an error may have to be told in its course. */
  writer?: StreamWriter
  /** The last target tried, its meter and what it was sent; for the charge and the payload. */
  tried?: Tried
  /** Earlier calls that were cut: their cost is charged beside the last one's. */
  readonly lost: Tried[]
  /** Their holds, kept until the record is closed. */
  lostHolds: readonly Hold[]
  /** Attempts whose holds were taken: the caller's own request rates count the first of them. */
  heldCount: number
  /** The cache waits for the answer of the call under way. */
  ticket?: CacheTicket
  /** What nobody has to wait for before the client has its answer. Never rejects. */
  readonly unfinished: Promise<unknown>[]
  /** Made on behalf of another request: no guardrails, and no further calls of its own. */
  readonly isInner?: true
}

export interface Tried {
  readonly target: Target
  /** As the target was asked: what the config made of the client's request. */
  readonly task: Task
  readonly meter: Meter
  /** Absent = not looked into. */
  readonly beside?: BesideTokens
  readonly body?: Uint8Array
  /** Of the body; absent = JSON. */
  readonly contentType?: string
  /** Sent, and its answer cut or not used: it costs all the same. */
  isCut?: boolean
  /** What was held for it. */
  readonly holds?: readonly Hold[]
}

/** Throws GatewayError when no target gave a good answer; nothing has been sent to the client then. */
export async function attempt(task: Task, line: Line): Promise<Answered> {
  const passing = new PassingOver(task.plan, line)
  try {
    return await followPlan(task, line, (own, _, repetition) =>
      passing.call(own, () => callOnce(own, line, repetition)),
    )
  } catch (thrown) {
    return passing.answerOf(thrown)
  }
}

async function callOnce({ task, target }: Own, line: Line, repetition: Repetition): Promise<Answer> {
  const choice = await choose(task, target, line.ports.aiProviders)
  const span = openSpan(choice, target, line, repetition)
  try {
    return await callTarget(task, target, line, { choice, span })
  } catch (thrown) {
    tearUp(line)
    closeSpan(span, line, toGatewayError(thrown))
    throw thrown
  }
}

export type OpenSpan = { -readonly [K in keyof Span]: Span[K] }

export function openSpan(choice: Choice, target: Target, line: Line, { retry, waitedMs }: Repetition): OpenSpan {
  const { isPassthrough } = choice
  const wire = wireOf(choice)
  const span: OpenSpan = {
    attempt: line.record.attempts.length + 1,
    targetPath: target.path,
    providerSlug: target.provider.slug,
    aiProviderId: target.aiProvider.id,
    model: target.model,
    wire,
    isPassthrough,
    startedAtMs: line.ports.ambient.now(),
    ...(retry === 0 ? {} : { retry, waitedMs }),
    ...(target.isReparsed === true ? { isReparsed: true } : {}),
  }
  const { record } = line
  record.attempts.push(span)
  record.upstreamWire = wire
  record.identity.providerSlug = target.provider.slug
  record.identity.aiProviderId = target.aiProvider.id
  if (target.brought?.isStored === false) delete record.identity.integrationId
  else record.identity.integrationId = target.integration.id
  record.identity.model = target.model
  return span
}

export function closeSpan(span: OpenSpan, line: Line, error: GatewayError): void {
  span.endedAtMs = line.ports.ambient.now()
  span.status ??= error.status
  span.errorCode = error.code
  span.errorMessage = error.message
}

interface Called {
  readonly choice: Choice
  readonly span: OpenSpan
}

async function callTarget(asked: Task, target: Target, line: Line, { choice, span }: Called): Promise<Answer> {
  const meter = new Meter(target.aiProvider.quirks)
  noteLost(line)
  line.tried = { target, task: asked, meter }
  const task = await guardInput(asked, target, line)
  const unclamped = writeBody(task, target, choice, undefined)
  const { question, sign, secrets } = await signable(task, target, choice, line)
  const write = (asked: Task) => question(writeBody(asked, target, choice, undefined))
  const cached = await lookUp({ task, target, choice, meter, question: question(unclamped), write, line })
  if (cached !== undefined) {
    line.record.warn(unclamped.warnings)
    Object.assign(span, { status: cached.status, isCached: true })
    return guardAnswer(task, cached, line)
  }
  const beside = await findBesideTokens(task, target, choice, unclamped)
  line.tried = { target, task, meter, beside }
  const maxOutputTokens = await takeHolds(task, target, line)
  if (line.ticket !== undefined) line.ticket.isClamped = maxOutputTokens !== undefined
  try {
    const written = maxOutputTokens === undefined ? unclamped : writeBody(task, target, choice, maxOutputTokens)
    line.record.warn(written.warnings)
    const { body, contentType } = written
    line.tried = {
      target,
      task,
      meter,
      beside,
      body,
      holds: heldNow(line),
      ...(contentType === undefined ? {} : { contentType }),
    }
    const signed = await sign(written)
    meter.isSent = true
    const response = await send(task, line, span, signed)
    const answer = watch(await readAnswer({ task, target, choice, meter, response, line }), line)
    return await guardAnswer(task, answer, line)
  } catch (thrown) {
    line.record.stopUpstream(line.ports.ambient.now())
    if (meter.isSent && (meter.hasAnswer || mayBeBilled(toGatewayError(thrown)))) line.tried.isCut = true
    else await giveBack(line)
    throw withoutSecrets(toGatewayError(thrown), secrets)
  }
}

interface Signable {
  /** What must not be repeated to anybody. */
  readonly secrets: readonly string[]
  /** As a whole answer would be asked for, without credentials. */
  question(written: Written): Draft & { readonly body: Uint8Array }
  sign(written: Written): Draft | Promise<Draft>
}

/** Everything slow about the request to the target, done before money is held. */
async function signable(task: Task, target: Target, choice: Choice, line: Line): Promise<Signable> {
  const { secrets, configurations, authenticate } = await credentialsOf(target, line)
  const draft = (asked: Task, written: Written) => writeDraft(asked, target, choice, written, configurations)
  return {
    secrets,
    question: (written) => draft({ ...task, peek: { ...task.peek, isStream: false } }, written),
    sign: (written) => authenticate(draft(task, written)),
  }
}

interface OwnCredentials {
  /** What must not be repeated to anybody. */
  readonly secrets: readonly string[]
  /** All of the integration's, secret ones included. */
  readonly configurations: Credentials['configurations']
  authenticate(draft: Draft): Draft | Promise<Draft>
}

/** The integration's, or those that came with the request. */
export async function credentialsOf(target: Target, line: Line): Promise<OwnCredentials> {
  const { secretName } = target.integration
  const { brought } = target
  const secret =
    brought?.credentials ?? (secretName === undefined ? undefined : await line.ports.vault.read(secretName))
  const configurations = { ...target.integration.configurations, ...secret?.configurations }
  const credentials = secret?.key === undefined ? { configurations } : { key: secret.key, configurations }
  const secrets = brought === undefined ? secretsOf({ ...secret }) : secretsBrought(brought)
  const ports = brought === undefined ? line.ports.credentials : portsForBrought(line.ports.credentials)
  return {
    secrets: secretsSoFar(line.record, secrets),
    configurations,
    authenticate: (draft) => target.aiProvider.authenticate(draft, credentials, ports),
  }
}

/** Holds on every counter and the record's opening, in one round trip; the opening alone is not waited for. */
export async function takeHolds(task: Task, target: Target, line: Line): Promise<number | undefined> {
  const { ports, record, lifeline } = line
  const limits = limitsOf(task, target)
  if (!ports.gate.isLimited(limits)) {
    openRecord(line)
    return undefined
  }
  if (task.peek.isBackground) throw unmetered()
  const beside = line.tried?.beside
  if (beside?.tools !== undefined) await refuseUnpricedTools(task, target, line, beside)
  const hold = (limited: typeof limits) =>
    ports.gate.hold({
      ...limited,
      logId: record.start.id,
      attempt: line.heldCount + 1,
      nowMs: ports.ambient.now(),
      deadlineAtMs: lifeline.deadlineAtMs,
      estimate: () => estimateCall(task, target, ports, beside),
      onPlanned(holds) {
        record.holds = [...line.lostHolds, ...holds]
        openRecord(line)
      },
    })
  let outcome = await hold(limits)
  const changed = outcome.type === 'refused' ? await refreshLimits(task, target, ports) : undefined
  if (changed !== undefined) outcome = await hold(changed)
  line.rateHeaders = outcome.headers
  if (outcome.type === 'refused') {
    record.holds = line.lostHolds
    throw outcome.error
  }
  line.heldCount += 1
  record.warn(outcome.warnings)
  await nameHolds(line, outcome.holds)
  return outcome.maxOutputTokens
}

async function refuseUnpricedTools(task: Task, target: Target, { ports }: Line, beside: BesideTokens): Promise<void> {
  if (!ports.gate.isLimited(costLimitsOf(task, target))) return
  const unpriced = unpricedTools(beside, await findPrice(target, ports, ports.ambient.now()))
  if (unpriced.length > 0) throw unpricedToolError(unpriced, target)
}

/** The record must name what is held before the call: a crash is charged by it. */
async function nameHolds(line: Line, taken: readonly Hold[]): Promise<void> {
  const { record, ports, lifeline } = line
  const holds = [...line.lostHolds, ...taken]
  const isAsPlanned = isSameHolds(record.holds, holds)
  record.holds = holds
  if (!isAsPlanned) openRecord(line)
  await record.opening
  const isLate = ports.ambient.now() >= lifeline.deadlineAtMs
  if (record.openingError === undefined && !isLate) return
  await giveBack(line)
  if (isLate) throw new GatewayError('request_timeout', 'the time of this request is over; it was not sent')
  throw new GatewayError(
    'internal',
    'the request could not be recorded, so it was not sent; try again',
    {},
    record.openingError,
  )
}

function isSameHolds(planned: readonly Hold[], taken: readonly Hold[]): boolean {
  const amounts = (holds: readonly Hold[]) =>
    holds.map(({ counter, amount, minute }) => `${counter} ${amount} ${minute}`)
  return planned.length === taken.length && amounts(planned).every((amount, index) => amount === amounts(taken)[index])
}

/** A limit that such a request passed would not hold. */
function unmetered(): GatewayError {
  return new GatewayError(
    'unsupported_parameter',
    'background is not supported under a limit: what it costs is known only after the answer; leave it out',
    { param: 'background' },
  )
}

const cutCodes: ReadonlySet<string> = new Set(['client_closed', 'request_timeout', 'upstream_interrupted'])

/** We stopped waiting for an answer, or its connection was lost: the provider may go on and bill. */
export function mayBeBilled({ code, facts }: GatewayError): boolean {
  return cutCodes.has(code) || facts.mayBeBilled === true
}

/** Another call begins: what the one before may cost is still to be charged. */
function noteLost(line: Line): void {
  const { tried, record } = line
  if (tried?.isCut !== true) return
  line.lost.push(tried)
  line.lostHolds = record.holds
}

/** Opens the record, or points an open one at another target. A failure is kept for whoever must know. */
function openRecord(line: Line): void {
  const { record, ports } = line
  const log = record.toOpenLog()
  const isFirst = record.opening === undefined
  const before = record.opening ?? Promise.resolve()
  record.opening = before
    .then(() => (isFirst ? ports.logs.open(log) : ports.logs.retarget(log)))
    .catch((error: unknown) => {
      record.openingError = error
    })
}

/** Held for the call under way, beside what earlier ones have kept. */
function heldNow({ record, lostHolds }: Line): readonly Hold[] {
  return record.holds.filter((hold) => !lostHolds.includes(hold))
}

export async function giveBack(line: Line): Promise<void> {
  const holds = heldNow(line)
  line.record.holds = line.lostHolds
  if (holds.length > 0) await line.ports.gate.release(holds, line.ports.ambient.now())
}

export async function send(task: Task, line: Line, span: OpenSpan, draft: Draft): Promise<UpstreamResponse> {
  const { ambient, upstream } = line.ports
  line.record.startUpstream(ambient.now())
  const timeout = new AbortController()
  const { requestTimeoutMs } = task
  const cancel =
    requestTimeoutMs === undefined
      ? () => {}
      : ambient.schedule(requestTimeoutMs, () =>
          timeout.abort(
            new GatewayError(
              'request_timeout',
              `Request exceeded the timeout sent in the request: ${requestTimeoutMs}ms`,
            ),
          ),
        )
  try {
    const response = await upstream.send({
      ...draft,
      signal: AbortSignal.any([line.lifeline.signal, timeout.signal]),
      isCustomHost: line.tried !== undefined && customHostOf(line.tried.target) !== undefined,
    })
    span.status = response.status
    span.headersMs = ambient.now() - span.startedAtMs
    return response
  } finally {
    cancel()
  }
}
