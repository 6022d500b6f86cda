/** Looks for an answer before money is held and the provider is called: kept earlier, or being fetched right now. */

import { createHash } from 'node:crypto'
import { parseJsonObject } from '../../../bytes/json-text.ts'
import type { CacheServices } from '../../../cache/cache-services.ts'
import type { CacheEntry } from '../../../cache/entry.ts'
import { type Leader, noFollowers } from '../../../cache/in-flight-requests.ts'
import { type CacheKeyInput, cacheKey } from '../../../cache/key.ts'
import { type CachePolicy, readCachePolicy } from '../../../cache/policy.ts'
import { purgedAtMs } from '../../../cache/purge.ts'
import { toGatewayError } from '../../../errors.ts'
import type { JsonObject } from '../../../protocols/protocol.ts'
import { logprobsField } from '../../../protocols/repeated-text.ts'
import type { WholeAnswer } from '../../line/answer.ts'
import type { Line } from '../../line/line.ts'
import type { Target, Task } from '../../line/task.ts'
import type { PreparedRequest, UnsignedRequest } from '../prepared-request.ts'
import { dropTicket, type Lookup, openTicket } from './cache-ticket.ts'
import type { SemanticFinding } from './semantic-lookup.ts'

/** How long an identical request is waited for: streams must not be silent for longer. */
const patienceMs = { stream: 15_000, whole: 60_000 }

/** undefined = the provider has to be asked. Where its answer may be kept, the line has a ticket then. */
export async function lookUp(request: PreparedRequest): Promise<WholeAnswer | undefined> {
  const { task, settings, line } = request
  const { ports, record } = line
  if (settings.cache === undefined) return undefined
  const policy = readCachePolicy(settings.cache, task.call.headers, defaultsOf(task))
  record.warn(policy.warnings)
  const lookup: Lookup = { ...request, asked: request.question() }
  const isJson = lookup.asked.headers['content-type'] === 'application/json'
  const key = isJson ? cacheKey(questionOf(lookup, policy, lookup.asked)) : undefined
  const because =
    ports.cache === undefined
      ? 'this gateway has no place for answers'
      : isJson
        ? whyNot(task, key)
        : 'only JSON can be compared'
  if (ports.cache === undefined || key === undefined || because !== undefined) {
    record.warn([{ type: 'dropped', field: 'cache', reason: because ?? 'it cannot be used' }])
    return undefined
  }
  record.cacheStatus = policy.isRefresh ? 'REFRESH' : 'MISS'
  const ticket = { key, maxAgeMs: policy.maxAgeMs, askedAtMs: ports.ambient.now(), isClamped: false }
  if (policy.isRefresh) {
    openTicket(line, { ...ticket, lead: noFollowers })
    return undefined
  }
  const search: Search = { lookup, policy, caching: ports.cache }
  const { entry, lead } = await find(search, key)
  if (entry !== undefined) return replay(entry, 'HIT', lookup)
  openTicket(line, { ...ticket, lead })
  const similar = await findSimilar(search)
  if (similar?.entry !== undefined) {
    lead.share(similar.entry)
    dropTicket(line)
    return replay(similar.entry, 'SEMANTIC HIT', lookup)
  }
  if (similar?.ticket !== undefined) openTicket(line, { ...ticket, lead, semantic: similar.ticket })
  return undefined
}

function defaultsOf({ catalog }: Task) {
  const { semantic_cache: semantic } = catalog.workspace.defaults
  const model = isObject(semantic) ? semantic.embedding_model : undefined
  const maxAgeMs = catalog.organisationDefaults?.cacheMaxAgeMs
  return {
    ...(typeof model === 'string' ? { embeddingModel: model } : {}),
    ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null
}

function whyNot({ peek, body, keepsBodies, protocol }: Task, key: string | undefined): string | undefined {
  if (key === undefined) return 'a number in the body is too long to be compared exactly'
  if (protocol.endpoint?.answersBytes === true) return 'an answer that need not be JSON is not kept'
  if (!keepsBodies) return 'the request asked that its bodies be kept nowhere'
  if (peek.answers > 1) return 'the request asks for several answers'
  if (logprobsField(body) !== undefined) return 'log probabilities are not kept'
  if (peek.isStream && protocol.endpoint?.answersText === false) return 'a stream without text cannot be written again'
  if (body.conversation != null) return 'the conversation that the provider keeps changes what the request means'
  if (peek.isBackground === true) return 'an answer in the background does not pass through here'
  return undefined
}

function questionOf(
  { task, target, choice }: Lookup,
  { namespace }: CachePolicy,
  question: UnsignedRequest,
): CacheKeyInput {
  return {
    organisationId: task.caller.organisationId,
    workspaceId: task.caller.workspaceId,
    wire: choice.upstream.id,
    url: question.url.href,
    headers: { ...question.headers, ...ownPartition(target) },
    body: parseJsonObject(question.body),
    metadata: task.metadata,
    ...(namespace === undefined ? {} : { namespace }),
  }
}

interface Search {
  readonly lookup: Lookup
  readonly policy: CachePolicy
  readonly caching: CacheServices
}

/** An answer that somebody's own credential paid for is found with that credential only. */
function ownPartition({ brought }: Target): Readonly<Record<string, string>> {
  if (brought === undefined) return {}
  return { 'own credential': createHash('sha256').update(JSON.stringify(brought.credentials)).digest('base64') }
}

interface Finding {
  readonly entry?: CacheEntry
  readonly lead: Leader
}

async function find(search: Search, key: string): Promise<Finding> {
  const { lookup, caching } = search
  const pending = caching.inFlight.find(key)
  if (pending !== undefined) {
    const entry = await waitFor(pending, patienceMs[lookup.task.peek.isStream ? 'stream' : 'whole'], lookup.line)
    return { lead: noFollowers, ...(entry === undefined ? {} : { entry }) }
  }
  const lead = caching.inFlight.start(key)
  const kept = await readKept(search, key)
  if (kept === undefined) return { lead }
  lead.share(kept)
  lead.release()
  return { entry: kept, lead }
}

/** Only where the config asks for it; what it takes is loaded then. */
async function findSimilar(search: Search): Promise<SemanticFinding | undefined> {
  const { lookup, policy, caching } = search
  const { semantic } = policy
  const { record } = lookup.line
  if (semantic === undefined) return undefined
  if (caching.vectors === undefined) {
    record.warn([{ type: 'dropped', field: 'cache.mode', reason: 'this gateway has no place for vectors' }])
    return undefined
  }
  const { searchSimilar } = await import('./semantic-lookup.ts')
  const found = await searchSimilar({
    lookup,
    semantic,
    vectors: caching.vectors,
    keyOf: (question) => questionOf(lookup, policy, question),
    read: (id) => readKept(search, id),
  })
  if (found !== undefined) record.cacheStatus = 'SEMANTIC MISS'
  return found
}

/** undefined = none that may be given now. A cache that cannot be read costs the provider's price, not the answer. */
async function readKept({ lookup, policy, caching }: Search, key: string): Promise<CacheEntry | undefined> {
  const { ambient } = lookup.line.ports
  try {
    const kept = await caching.answers.read(key)
    return kept !== undefined && isFresh(kept, lookup, policy) ? kept : undefined
  } catch (cause) {
    ambient.log({ level: 'warn', message: 'the cache could not be read', cause: String(cause) })
    return undefined
  }
}

/** Neither older than the config takes it, nor asked for before it was purged. */
function isFresh({ storedAtMs, tookMs }: CacheEntry, { task, line }: Lookup, policy: CachePolicy): boolean {
  const { namespace } = policy
  const config = task.config?.saved?.slug
  const purgedMs = purgedAtMs(task.catalog.cachePurges ?? [], {
    ...(namespace === undefined ? {} : { namespace }),
    ...(config === undefined ? {} : { config }),
  })
  return storedAtMs + policy.maxAgeMs > line.ports.ambient.now() && storedAtMs - tookMs > purgedMs
}

/** undefined = it gave none, or not in time. Throws when the client leaves or the request's time is up. */
function waitFor(
  pending: Promise<CacheEntry | undefined>,
  waitMs: number,
  { cancellation, ports }: Line,
): Promise<CacheEntry | undefined> {
  const { signal } = cancellation
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
    void pending.then(go)
  })
}

/** As if the provider had answered whole: guardrails and the client's form come after. */
function replay(
  entry: CacheEntry,
  status: 'HIT' | 'SEMANTIC HIT',
  { target, choice, meter, line }: Lookup,
): WholeAnswer {
  const { record } = line
  record.cacheStatus = status
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
