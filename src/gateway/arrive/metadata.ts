/** Metadata of one request, from its headers. What cannot be read is left out and told, unless a policy depends on it. */
import { GatewayError } from '../../errors.ts'
import type { Warning } from '../../inference/index.ts'

type Headers = Readonly<Record<string, string>>
type Metadata = Readonly<Record<string, string>>

interface Sources {
  readonly apiKey?: Metadata | undefined
  readonly workspace?: Metadata | undefined
  readonly user?: string | undefined
  /** Of headers that chat clients send. */
  readonly client?: Metadata
  /** Keys that usage or rate policies group by or ask about; absent = none. */
  readonly neededKeys?: ReadonlySet<string>
}

export interface ReadMetadata {
  readonly metadata: Metadata
  readonly warnings: readonly Warning[]
}

const header = 'x-portkey-metadata'

/** Later sources win: baggage, headers of chat clients, the header, key default, workspace default. `_user` falls back to the body's user. Throws GatewayError `invalid_request` where a policy needs what cannot be read. */
export function readMetadata(headers: Headers, sources: Sources): ReadMetadata {
  const given = readHeader(headers[header], sources)
  const merged: Record<string, string> = {
    ...readBaggage(headers.baggage),
    ...sources.client,
    ...given.metadata,
    ...sources.apiKey,
    ...sources.workspace,
  }
  if (merged._user === undefined && sources.user !== undefined) merged._user = sources.user
  return { metadata: merged, warnings: given.warnings }
}

function readHeader(written: string | undefined, sources: Sources): ReadMetadata {
  if (written === undefined || written.trim() === '') return { metadata: {}, warnings: [] }
  const text = asUtf8(written)
  const parsed = parseObject(text)
  if (parsed === undefined) {
    const reason = 'it is not a JSON object of strings, e.g. {"team":"search"}; quotes inside a value are written \\"'
    refuseIfNeeded([...(sources.neededKeys ?? [])], sources, `the header ${header} could not be read: ${reason}`)
    return { metadata: {}, warnings: [{ type: 'dropped', field: header, reason }] }
  }
  const ambiguous = ambiguousKeys(text)
  for (const key of ambiguous)
    refuseIfNeeded([key], sources, `the header ${header} has the key '${key.slice(0, 60)}' more than once`)
  const entries = Object.entries(parsed).filter(
    ([key, value]) => value !== null && value !== undefined && !ambiguous.includes(key),
  )
  return {
    metadata: Object.fromEntries(
      entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
    warnings: ambiguous.map((key) => ({
      type: 'dropped',
      field: `${header}.${key.slice(0, 60)}`,
      reason: 'the key stands there more than once with different values',
    })),
  }
}

/** A policy whose value an administrator has set on the key or workspace does not depend on the header. */
function refuseIfNeeded(keys: readonly string[], { neededKeys, apiKey, workspace }: Sources, what: string): void {
  const needed = keys.find(
    (key) => neededKeys?.has(key) && apiKey?.[key] === undefined && workspace?.[key] === undefined,
  )
  if (needed === undefined) return
  throw new GatewayError('invalid_request', `${what}; a policy of this workspace depends on '${needed}'`, {
    param: header,
  })
}

/** Node hands over header bytes one by one as letters; those that are UTF-8 are read as such. */
function asUtf8(text: string): string {
  const bytes = Buffer.from(text, 'latin1')
  // letters beyond a byte: somebody has read it already
  if (bytes.toString('latin1') !== text) return text
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return text
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Keys that a JSON object says more than once, with values that differ: somebody's name may have been pasted into it. */
function ambiguousKeys(text: string): readonly string[] {
  const said = new Map<string, Set<string>>()
  for (const { key, value } of membersOf(text)) said.set(key, (said.get(key) ?? new Set()).add(value))
  return [...said].flatMap(([key, values]) => (values.size > 1 ? [key] : []))
}

/** The members of valid JSON text, each value as it is written. */
function membersOf(text: string): readonly { readonly key: string; readonly value: string }[] {
  const members: { key: string; value: string }[] = []
  let depth = 0
  let start = 0
  let key: string | undefined
  const end = (at: number) => {
    if (key !== undefined) members.push({ key, value: text.slice(start, at).trim() })
    key = undefined
    start = at + 1
  }
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (letter === '"') at = closingQuote(text, at)
    else if (letter === '{' || letter === '[') {
      if (depth++ === 0) start = at + 1
    } else if (letter === '}' || letter === ']') {
      if (--depth === 0) end(at)
    } else if (depth === 1 && letter === ',') end(at)
    else if (depth === 1 && letter === ':') {
      key = JSON.parse(text.slice(start, at)) as string
      start = at + 1
    }
  }
  return members
}

function closingQuote(text: string, open: number): number {
  let at = open + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

/** W3C baggage: `key=value;property,key=value`. A pair that cannot be decoded is left out. */
function readBaggage(baggage: string | undefined): Metadata {
  const pairs: Record<string, string> = {}
  for (const part of baggage?.split(',') ?? []) {
    const [key, value] = (part.split(';')[0] ?? '').split('=')
    if (key === undefined || value === undefined || !/^[^\s%]+$/.test(key.trim()) || /%(?![0-9a-fA-F]{2})/.test(value))
      continue
    pairs[key.trim()] = percentDecode(value.trim())
  }
  return pairs
}

function percentDecode(value: string): string {
  return Buffer.from(
    value.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')
}
