/**
 * Every partition and sort key of the four tables, and the access patterns they serve.
 *
 * catalog table
 *   a document by kind, scope and id        Get    documentKeys.document
 *   documents of one kind in one scope      Query  documentKeys.partition, begins_with documentKeys.prefix
 *   what a workspace can call               Query  documentKeys.partition of the workspace, and of the organisation
 *   a document's scope by its id            Get    documentKeys.pointer
 *   a document's id by its slug in a scope  Get    documentKeys.slug (also what makes the slug unique)
 *   an api key by the hash of its secret    Get    apiKeyKeys.hash (holds the whole key)
 *   an api key by scope and id, by id       as a document of the kind 'api-key'
 *   emergency stops in force                Query  as documents of the kind 'emergency-stop': one small partition
 *   versions of a config                    as documents of the kind 'config-version', the config's id as their scope
 *
 * logs table
 *   a request's closed record               Get    logKeys.record
 *   its place in the list, with its bodies  Get    logKeys.listed
 *   records of a workspace by time          Query  logKeys.list of each month and shard, between two times, then Get of each
 *   openings past their deadline            Query  logKeys.openings of every shard, between two times
 *   how far those were looked through       Get    logKeys.sweepProgress
 *   the version of what is in the tables    Get    logKeys.schemaVersion
 *   in layout 1: bodies                     Get    logKeys.payload
 *   in layout 1: open, past their deadline  Query  feed index: logKeys.openFeed of every shard, up to a time
 *   in layout 1: closed, of a workspace     Query  feed index: logKeys.closedFeed of each UTC day, between two times
 *   feedback of a workspace by day          Query  feedbackKeys.day; by its id: Get feedbackKeys.pointer
 *   the ledger's heartbeats                 Put    counterKeys.heartbeat, seen again in the stream
 *
 * counters table
 *   a counter by its key, window included   Get    counterKeys.counter
 *   counters whose key starts so            Scan   begins_with counterKeys.prefix (reports and scheduled work only)
 *   how far the ledger has come             Get    counterKeys.progress
 *   how far a local stream was followed     Get    counterKeys.streamPosition
 *   an owner's windows that are over        Query  counterKeys.historyOf
 *   an owner's alerts                       Query  counterKeys.alertsOf
 *   what was told about an api key          Query  counterKeys.keyNoticesOf
 *   a target's circuit breaker              Get    counterKeys.circuit
 *
 * cache table
 *   an answer by the hash of its question   Get    cacheKeys.answer
 *   locally, the vectors of a partition     Query  cacheKeys.vectors
 */
import type { DocumentKind } from '../admin/ports.ts'

export interface Key {
  readonly pk: string
  readonly sk: string
}

interface Owner {
  readonly kind: string
  readonly id: string
}

/** Where organisation-wide documents live. */
export const organisationScope = 'organisation'

export type StoredKind = DocumentKind | 'api-key'

/** Kinds that a request reads together share their scope's partition, so that one Query brings them all. */
const catalogKinds: ReadonlySet<StoredKind> = new Set([
  'integration',
  'provider',
  'usage-policy',
  'rate-policy',
  'guardrail',
  'organisation-defaults',
  'cache-purges',
  'price-list',
])

export const documentKeys = {
  partition: (kind: StoredKind, scope: string) => (catalogKinds.has(kind) ? `catalog#${scope}` : `${kind}#${scope}`),
  catalogPartition: (scope: string) => `catalog#${scope}`,
  prefix: (kind: StoredKind) => `${kind}#`,
  document: (kind: StoredKind, scope: string, id: string): Key => ({
    pk: documentKeys.partition(kind, scope),
    sk: `${kind}#${id}`,
  }),
  pointer: (kind: StoredKind, id: string): Key => ({ pk: `id#${kind}#${id}`, sk: 'pointer' }),
  slug: (kind: StoredKind, scope: string, slug: string): Key => ({ pk: `slug#${kind}#${scope}#${slug}`, sk: 'slug' }),
}

export const apiKeyKeys = {
  hash: (hash: string): Key => ({ pk: `hash#${hash}`, sk: 'key' }),
}

/** A workspace's list spreads over this many partitions, of a thousand writes a second each. */
export const listShards = 4

/** Openings spread over this many partitions. */
export const openShards = 8

export const logKeys = {
  record: (id: string): Key => ({ pk: id, sk: 'record' }),
  payload: (id: string): Key => ({ pk: id, sk: 'payload' }),
  /** By deadline, then id. */
  opening: (shard: number, deadlineAtMs: number, id: string): Key => ({
    pk: logKeys.openings(shard),
    sk: logKeys.feedPosition(deadlineAtMs, id),
  }),
  /** `month` as `2026-01`. */
  list: (workspaceId: string, month: string, shard: number) => `list#${workspaceId}#${month}#${shard}`,
  /** The id at the end of a position. */
  idAt: (position: string) => position.slice(position.indexOf('#') + 1),
  openings: (shard: number) => `opening#${shard}`,
  schemaVersion: (): Key => ({ pk: 'schema', sk: 'version' }),
  sweepProgress: (): Key => ({ pk: 'sweep', sk: 'progress' }),
  openFeed: (shard: number) => `open#${shard}`,
  closedFeed: (workspaceId: string, day: string) => `${workspaceId}#${day}`,
  /** Orders by time, then id. */
  feedPosition: (timeMs: number, id: string) => `${paddedMs(timeMs)}#${id}`,
  /** Before every position of that instant. */
  feedStart: (timeMs: number) => paddedMs(timeMs),
  /** Name of a body kept outside the table. */
  largeObject: (day: string, id: string) => `payloads/${day}/${id}`,
}

export const feedbackKeys = {
  day: (workspaceId: string, atMs: number) => `feedback#${workspaceId}#${new Date(atMs).toISOString().slice(0, 10)}`,
  inDay: (workspaceId: string, atMs: number, id: string): Key => ({
    pk: feedbackKeys.day(workspaceId, atMs),
    sk: `${paddedMs(atMs)}#${id}`,
  }),
  pointer: (id: string): Key => ({ pk: `feedback#${id}`, sk: 'pointer' }),
}

export const counterKeys = {
  counter: (key: string): Key => ({ pk: `counter#${key}`, sk: 'counter' }),
  prefix: (start: string) => `counter#${start}`,
  /** The counter's key again. */
  keyOf: (pk: string) => pk.slice('counter#'.length),
  progress: (): Key => ({ pk: 'ledger', sk: 'progress' }),
  streamPosition: (shard: string): Key => ({ pk: `stream#${shard}`, sk: 'position' }),
  historyOf: ({ kind, id }: Owner) => `history#${kind}/${id}`,
  history: (owner: Owner, startMs: number, counter: string): Key => ({
    pk: counterKeys.historyOf(owner),
    sk: `${paddedMs(startMs)}#${counter}`,
  }),
  alertsOf: ({ kind, id }: Owner) => `alerts#${kind}/${id}`,
  /** One per counter and type: written again, it is the same. */
  alert: (owner: Owner, counter: string, type: string): Key => ({
    pk: counterKeys.alertsOf(owner),
    sk: `${type}#${counter}`,
  }),
  keyNoticesOf: (apiKeyId: string) => `notices#api_key/${apiKeyId}`,
  /** One per instant and type: written again, it is the same. */
  keyNotice: (apiKeyId: string, aboutMs: number, type: string): Key => ({
    pk: counterKeys.keyNoticesOf(apiKeyId),
    sk: `${paddedMs(aboutMs)}#${type}`,
  }),
  circuit: (key: string): Key => ({ pk: `circuit#${key}`, sk: 'circuit' }),
  /** The circuit's key again. */
  circuitOf: (pk: string) => pk.slice('circuit#'.length),
  /** In the logs table. */
  heartbeat: (lane: number): Key => ({ pk: `heartbeat#${lane}`, sk: 'heartbeat' }),
}

export const cacheKeys = {
  answer: (hash: string): Key => ({ pk: `answer#${hash}`, sk: 'answer' }),
  /** Name of an answer kept outside the table; `day` is the last of its life. */
  largeAnswer: (day: string, hash: string) => `cache/${day}/${hash}`,
  vectors: (index: string, partition: string) => `${cacheKeys.vectorsOf(index)}${partition}`,
  /** What the keys of all partitions begin with. */
  vectorsOf: (index: string) => `vectors#${index}#`,
  vector: (index: string, partition: string, id: string): Key => ({ pk: cacheKeys.vectors(index, partition), sk: id }),
}

/** False for a key longer than DynamoDB takes, which asking for would be an error: nothing can be there. */
export function isPossible({ pk, sk }: Key): boolean {
  return Buffer.byteLength(pk) <= 2048 && Buffer.byteLength(sk) <= 1024
}

/** 13 digits reach to the year 2286. */
function paddedMs(timeMs: number): string {
  return String(Math.max(0, Math.floor(timeMs))).padStart(13, '0')
}
