/** Logs ⇄ items of the logs table. Pure; the ledger uses the reading half on the table's stream. */
import { hash } from 'node:crypto'
import type { ClosedLog, OpenLog } from '../records/log.ts'
import { flag, type Image, type Item, json, keyItem, number, readJson, readText, text } from './attributes.ts'
import { type Key, listShards, logKeys, openShards } from './keys.ts'
import {
  closerAttribute,
  flagFields,
  lengthen,
  listFields,
  metadataAttribute,
  numberFields,
  shorten,
  stateAttribute,
  textFields,
  usageAttribute,
  usageFields,
} from './log-attributes.ts'

export const openState = 'open'
export const closedState = 'closed'

export type LogImage =
  | { readonly isClosed: false; readonly log: OpenLog }
  | { readonly isClosed: true; readonly log: ClosedLog }

const dayMs = 86_400_000

/** UTC day as `2026-01-31`. */
export function utcDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

/** UTC month as `2026-01`. */
export function utcMonth(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 7)
}

function expiresAt(startedAtMs: number, ttlDays: number): number {
  return Math.ceil((startedAtMs + ttlDays * dayMs) / 1000)
}

function shardOf(id: string, shards: number): number {
  return (hash('sha1', id, 'buffer')[0] ?? 0) % shards
}

/** Same id, same shard: a request that is opened again replaces its opening. */
function openShardOf(id: string): number {
  return shardOf(id, openShards)
}

/** Where a record stands in its workspace's list: fixed by what is known when the request begins, so that nobody lists it twice. */
export function listedKey({ id, workspaceId, startedAtMs }: Pick<OpenLog, 'id' | 'workspaceId' | 'startedAtMs'>): Key {
  const pk = listOf(workspaceId, utcMonth(startedAtMs), shardOf(id, listShards))
  return { pk, sk: logKeys.feedPosition(startedAtMs, id) }
}

/** Records refused before a workspace was known share a list. */
export function listOf(workspaceId: string | undefined, month: string, shard: number): string {
  return logKeys.list(workspaceId ?? 'none', month, shard)
}

/** Records refused before a workspace was known share a feed. */
export function closedFeedOf(workspaceId: string | undefined, timeMs: number): string {
  return logKeys.closedFeed(workspaceId ?? 'none', utcDay(timeMs))
}

/** Long enough for a sweep that stood still for days: what is deleted before it was seen is never charged. */
const openingLifeMs = 7 * dayMs

export function openingKey({ id, deadlineAtMs }: Pick<OpenLog, 'id' | 'deadlineAtMs'>): Key {
  return logKeys.opening(openShardOf(id), deadlineAtMs, id)
}

/** An item of its own, in no index. Nobody deletes it but its time to live, which is free. */
export function openItem(log: OpenLog): Item {
  const expires = number(Math.ceil((log.deadlineAtMs + openingLifeMs) / 1000))
  return { ...recordFields(log), ...keyItem(openingKey(log)), expires, [stateAttribute]: text(openState) }
}

/** undefined = not an opening. */
export function readOpening(image: Image): OpenLog | undefined {
  const place = readText(image, 'sk')
  if (readText(image, stateAttribute) !== openState || place === undefined) return undefined
  return readFields(logKeys.idAt(place), image, false) as unknown as OpenLog
}

/** `closer` tells our own repeated write from somebody else's. */
export function closedItem(log: ClosedLog, ttlDays: number, closer: string): Item {
  return {
    ...recordFields(log),
    ...keyItem(logKeys.record(log.id)),
    expires: number(expiresAt(log.startedAtMs, ttlDays)),
    [stateAttribute]: text(closedState),
    [closerAttribute]: text(closer),
  }
}

/** The record's place in the list, with its bodies; what they are is for those who store them. */
export function listedItem(log: ClosedLog, ttlDays: number, bodies: Item = {}): Item {
  return { ...bodies, ...keyItem(listedKey(log)), expires: number(expiresAt(log.startedAtMs, ttlDays)) }
}

/**
 * A record that its table refuses is a request nobody accounts for, so what clients and providers write into it is cut
 * to where an item (400 KB) always has room. Characters; names of counters are shorter.
 */
const longestText = 1_000
const longestListed = 600
const mostWarnings = 50

function cut(value: string, most: number): string {
  return (value.length > most ? value.slice(0, most) : value).toWellFormed()
}

function listed(value: object): Item[string] {
  return text(JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? cut(part, longestListed) : part)))
}

function recordFields(log: OpenLog | ClosedLog): Item {
  const fields: Readonly<Record<string, unknown>> = { ...log }
  const item: Item = {}
  for (const [field, name] of textFields)
    if (typeof fields[field] === 'string') item[name] = text(cut(fields[field], longestText))
  for (const [field, name] of numberFields) if (typeof fields[field] === 'number') item[name] = number(fields[field])
  for (const [field, name] of flagFields) if (typeof fields[field] === 'boolean') item[name] = flag(fields[field])
  for (const [field, name, rows] of listFields) {
    const list = fields[field]
    if (Array.isArray(list) && list.length > 0)
      item[name] = listed(
        (field === 'warnings' ? list.slice(0, mostWarnings) : list).map((one: object) => shorten(one, rows)),
      )
  }
  if (Object.keys(log.metadata).length > 0) item[metadataAttribute] = listed(log.metadata)
  if ('usage' in log && log.usage) item[usageAttribute] = json(shorten(log.usage, usageFields))
  return item
}

/** undefined = not a log's record (an opening, a payload, a heartbeat). Open ones are of layout 1. */
export function readLogImage(image: Image): LogImage | undefined {
  const id = readText(image, 'pk')
  const state = readText(image, stateAttribute)
  if (id === undefined || state === undefined || readText(image, 'sk') !== logKeys.record(id).sk) return undefined
  const isClosed = state === closedState
  return { isClosed, log: readFields(id, image, isClosed) as unknown } as LogImage
}

function readFields(id: string, image: Image, isClosed: boolean): Record<string, unknown> {
  const log: Record<string, unknown> = { id, metadata: readJson(image, metadataAttribute) ?? {} }
  for (const [field, name] of textFields) keepKnown(log, field, image[name]?.S)
  for (const [field, name] of numberFields) keepKnown(log, field, image[name]?.N, Number)
  for (const [field, name] of flagFields) keepKnown(log, field, image[name]?.BOOL)
  for (const [field, name, rows] of listFields) {
    if (!isClosed && field !== 'holds') continue
    const list = readJson<Readonly<Record<string, unknown>>[]>(image, name)
    if (list === undefined && field === 'guardrails') continue
    log[field] = (list ?? []).map((one) => lengthen(one, rows))
  }
  const usage = readJson<Readonly<Record<string, unknown>>>(image, usageAttribute)
  if (usage) log.usage = lengthen(usage, usageFields)
  return log
}

function keepKnown<T>(
  log: Record<string, unknown>,
  field: string,
  value: T | undefined,
  convert: (value: T) => unknown = (same) => same,
): void {
  if (value !== undefined) log[field] = convert(value)
}
