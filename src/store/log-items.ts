/** Logs ⇄ items of the logs table. Pure; the ledger uses the reading half on the table's stream. */
import { createHash } from 'node:crypto'
import type { ClosedLog, OpenLog } from '../records/log.ts'
import { flag, type Image, type Item, json, keyItem, number, readJson, readText, text } from './attributes.ts'
import { logKeys, openShards } from './keys.ts'
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

export function expiresAt(startedAtMs: number, ttlDays: number): number {
  return Math.ceil((startedAtMs + ttlDays * dayMs) / 1000)
}

/** Same id, same shard: opening and retargeting move nothing in the feed. */
function openShardOf(id: string): number {
  return (createHash('sha1').update(id).digest()[0] ?? 0) % openShards
}

/** Records refused before a workspace was known share a feed. */
export function closedFeedOf(workspaceId: string | undefined, timeMs: number): string {
  return logKeys.closedFeed(workspaceId ?? 'none', utcDay(timeMs))
}

export function openItem(log: OpenLog, ttlDays: number): Item {
  return {
    ...recordItem(log, ttlDays),
    [stateAttribute]: text(openState),
    feedPk: text(logKeys.openFeed(openShardOf(log.id))),
    feedSk: text(logKeys.feedPosition(log.deadlineAtMs, log.id)),
  }
}

/** `closer` tells our own repeated write from somebody else's. */
export function closedItem(log: ClosedLog, ttlDays: number, closer: string): Item {
  return {
    ...recordItem(log, ttlDays),
    [stateAttribute]: text(closedState),
    [closerAttribute]: text(closer),
    feedPk: text(closedFeedOf(log.workspaceId, log.startedAtMs)),
    feedSk: text(logKeys.feedPosition(log.startedAtMs, log.id)),
  }
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

function recordItem(log: OpenLog | ClosedLog, ttlDays: number): Item {
  const fields: Readonly<Record<string, unknown>> = { ...log }
  const item: Item = {
    ...keyItem(logKeys.record(log.id)),
    expires: number(expiresAt(log.startedAtMs, ttlDays)),
  }
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

/** undefined = not a log's record (a payload, a heartbeat). */
export function readLogImage(image: Image): LogImage | undefined {
  const id = readText(image, 'pk')
  const state = readText(image, stateAttribute)
  if (id === undefined || state === undefined || readText(image, 'sk') !== logKeys.record(id).sk) return undefined
  const isClosed = state === closedState
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
  return { isClosed, log: log as unknown } as LogImage
}

function keepKnown<T>(
  log: Record<string, unknown>,
  field: string,
  value: T | undefined,
  convert: (value: T) => unknown = (same) => same,
): void {
  if (value !== undefined) log[field] = convert(value)
}
