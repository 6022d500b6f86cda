/** Looks for an answer before money is held and the provider is called: kept earlier, or being fetched right now. */
import { parseJsonObject } from '../bytes/json-text.ts'
import type { Caching } from '../cache/caching.ts'
import type { CacheEntry } from '../cache/entry.ts'
import { type Lead, leadingNobody } from '../cache/flights.ts'
import { answerKey } from '../cache/key.ts'
import { type CachePolicy, readPolicy } from '../cache/policy.ts'
import { toGatewayError } from '../errors.ts'
import type { JsonObject } from '../protocols/protocol.ts'
import type { Draft } from '../providers/provider.ts'
import type { WholeAnswer } from './answer.ts'
import type { Line } from './attempt.ts'
import type { Choice } from './choose.ts'
import type { Meter } from './meter.ts'
import type { Target, Task } from './task.ts'

/** A call whose answer the cache waits for. */
export interface CacheTicket {
  readonly key: string
  readonly maxAgeMs: number
  readonly askedAtMs: number
  /** The limits bought less output than was asked for. */
  isClamped: boolean
  /** Complete; stored when the client has it. */
  entry?: CacheEntry
  /** Of those who wait for the same. */
  readonly lead: Lead
}

export interface Lookup {
  readonly task: Task
  readonly target: Target
  readonly choice: Choice
  readonly meter: Meter
  /** What the provider would be sent for a whole answer, without credentials. */
  readonly question: Draft & { readonly body: Uint8Array }
  readonly line: Line
}

/** How long an identical request is waited for: streams must not be silent for longer. */
const patienceMs = { stream: 15_000, whole: 60_000 }

/** undefined = the provider has to be asked. Where its answer may be kept, the line has a ticket then. */
export async function lookUp(lookup: Lookup): Promise<WholeAnswer | undefined> {
  const { task, target, line } = lookup
  const { ports, record } = line
  record.cacheStatus = 'DISABLED'
  if (target.cache === undefined) return undefined
  const policy = readPolicy(target.cache, task.call.headers)
  record.warn(policy.warnings)
  const key = keyOf(lookup, policy)
  const because = ports.cache === undefined ? 'this gateway has no place for answers' : whyNot(task, key)
  if (ports.cache === undefined || key === undefined || because !== undefined) {
    record.warn([{ type: 'dropped', field: 'cache', reason: because ?? 'it cannot be used' }])
    return undefined
  }
  record.cacheStatus = policy.isRefresh ? 'REFRESH' : 'MISS'
  const ticket = { key, maxAgeMs: policy.maxAgeMs, askedAtMs: ports.ambient.now(), isClamped: false }
  if (policy.isRefresh) {
    line.ticket = { ...ticket, lead: leadingNobody }
    return undefined
  }
  const { entry, lead } = await find(ports.cache, key, policy, lookup)
  if (entry !== undefined) return replay(entry, lookup)
  line.ticket = { ...ticket, lead }
  return undefined
}

function whyNot({ peek, body, keepsBodies, protocol }: Task, key: string | undefined): string | undefined {
  if (key === undefined) return 'a number in the body is too long to be compared exactly'
  if (!keepsBodies) return 'the request asked that its bodies be kept nowhere'
  if (peek.answers > 1) return 'the request asks for several answers'
  if (asksForLogprobs(body)) return 'log probabilities are not kept'
  if (peek.isStream && protocol.endpoint?.answersText === false) return 'a stream without text cannot be written again'
  if (peek.isBackground === true) return 'an answer in the background does not pass through here'
  return undefined
}

/** The neutral form has no place for them, so the client's other form would lack them. */
function asksForLogprobs({ logprobs, top_logprobs: top, include }: JsonObject): boolean {
  const isIncluded = Array.isArray(include) && include.includes('message.output_text.logprobs')
  return (logprobs ?? false) !== false || (top ?? 0) !== 0 || isIncluded
}

function keyOf({ task, choice, question }: Lookup, { namespace }: CachePolicy): string | undefined {
  return answerKey({
    organisationId: task.caller.organisationId,
    workspaceId: task.caller.workspaceId,
    wire: choice.upstream.id,
    url: question.url.href,
    headers: question.headers,
    body: parseJsonObject(question.body),
    metadata: task.metadata,
    ...(namespace === undefined ? {} : { namespace }),
  })
}

interface Finding {
  readonly entry?: CacheEntry
  readonly lead: Lead
}

async function find(caching: Caching, key: string, policy: CachePolicy, { task, line }: Lookup): Promise<Finding> {
  const underWay = caching.flights.underWay(key)
  if (underWay !== undefined) {
    const entry = await waitFor(underWay, patienceMs[task.peek.isStream ? 'stream' : 'whole'], line)
    return { lead: leadingNobody, ...(entry === undefined ? {} : { entry }) }
  }
  const lead = caching.flights.lead(key)
  const kept = await readKept(caching, key, line)
  const isFresh = kept !== undefined && kept.storedAtMs + policy.maxAgeMs > line.ports.ambient.now()
  if (!isFresh) return { lead }
  lead.land(kept)
  lead.leave()
  return { entry: kept, lead }
}

/** A cache that cannot be read costs the provider's price, not the answer. */
async function readKept({ answers }: Caching, key: string, { ports }: Line): Promise<CacheEntry | undefined> {
  try {
    return await answers.read(key)
  } catch (cause) {
    ports.ambient.log({ level: 'warn', message: 'the cache could not be read', cause: String(cause) })
    return undefined
  }
}

/** undefined = it gave none, or not in time. Throws when the client leaves or the request's time is up. */
function waitFor(
  underWay: Promise<CacheEntry | undefined>,
  waitMs: number,
  { lifeline, ports }: Line,
): Promise<CacheEntry | undefined> {
  const { signal } = lifeline
  return new Promise((resolve, reject) => {
    const leave = () => {
      cancel()
      reject(toGatewayError(signal.reason))
    }
    const go = (entry?: CacheEntry) => {
      cancel()
      signal.removeEventListener('abort', leave)
      resolve(entry)
    }
    const cancel = ports.ambient.schedule(waitMs, () => go())
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    void underWay.then(go)
  })
}

/** As if the provider had answered whole: guardrails and the client's form come after. */
function replay(entry: CacheEntry, { target, choice, meter, line }: Lookup): WholeAnswer {
  const { record } = line
  record.cacheStatus = 'HIT'
  record.cacheSavedMs = entry.tookMs
  meter.push(entry.events)
  const { body } = entry
  return {
    type: 'whole',
    target,
    choice,
    meter,
    status: 200,
    headers: { 'content-type': 'application/json' },
    events: entry.events,
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  }
}
