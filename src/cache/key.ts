/** The name of an answer in the cache: two requests share it only when a provider would be asked the same for the same caller. */
import { createHash } from 'node:crypto'

export interface CacheKeyInput {
  readonly organisationId: string
  readonly workspaceId: string
  /** The provider's wire. */
  readonly wire: string
  /** As a whole answer is asked for. */
  readonly url: string
  /** Sent beside the body, credentials excluded. */
  readonly headers: Readonly<Record<string, string>>
  /** As the provider gets it. */
  readonly body: Readonly<Record<string, unknown>>
  /** In place of the metadata. */
  readonly namespace?: string
  readonly metadata: Readonly<Record<string, string>>
}

/** How an answer is brought, not what it says. */
const deliveryKeys: ReadonlySet<string> = new Set(['stream', 'stream_options'])
const deliveryHeaders: ReadonlySet<string> = new Set(['accept', 'content-type', 'content-length'])

/** undefined = the body holds a number too long to be compared exactly. */
export function cacheKey(question: CacheKeyInput): string | undefined {
  const { organisationId, workspaceId, wire, url, namespace, metadata } = question
  const scope = namespace === undefined ? { metadata } : { namespace }
  const text = canonicalJson([
    organisationId,
    workspaceId,
    wire,
    url,
    without(question.headers, deliveryHeaders),
    without(question.body, deliveryKeys),
    scope,
  ])
  return text === undefined ? undefined : createHash('sha256').update(text).digest('hex')
}

function without(object: Readonly<Record<string, unknown>>, names: ReadonlySet<string>) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)))
}

/** The same text whatever order the keys came in; undefined when a number lost digits on its way in. */
export function canonicalJson(value: unknown): string | undefined {
  let isExact = true
  const text = JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === 'number' && Math.abs(each) > Number.MAX_SAFE_INTEGER) isExact = false
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
  return isExact ? text : undefined
}
