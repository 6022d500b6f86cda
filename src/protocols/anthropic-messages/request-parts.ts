/** Reads content blocks of a client's request into neutral parts. Blocks only this wire knows are carried whole. */
import type { CacheMark, Carry, Part, Source } from '../../inference/index.ts'
import { arrayAt, isObject, objectAt, optional, otherFields, present, stringAt, textOr, wrongField } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { wireId, writeArguments } from './wire.ts'

type PartReader = (block: JsonObject, path: string) => Part

interface BlockKind {
  readonly keys: ReadonlySet<string>
  readonly read: PartReader
}

/** `keys` are the ones `read` understands; the rest of a block is carried beside the part. */
function kind(keys: readonly string[], read: PartReader): BlockKind {
  return { keys: new Set(['type', 'cache_control', ...keys]), read }
}

const kinds: Readonly<Record<string, BlockKind>> = {
  text: kind(['text'], (block, path) => ({ type: 'text', text: stringAt(block.text, `${path}.text`) })),
  image: kind(['source'], (block, path) => ({ type: 'image', source: readSource(block.source, `${path}.source`) })),
  document: kind(['source', 'title'], readDocument),
  thinking: kind(['thinking', 'signature'], readThinking),
  redacted_thinking: kind(['data'], (block, path) => ({
    type: 'reasoning',
    text: '',
    redacted: stringAt(block.data, `${path}.data`),
  })),
  tool_use: kind(['id', 'name', 'input'], (block, path) => ({
    type: 'tool-call',
    id: stringAt(block.id, `${path}.id`),
    name: stringAt(block.name, `${path}.name`),
    arguments: writeArguments(block.input),
  })),
  tool_result: kind(['tool_use_id', 'content', 'is_error'], readToolResult),
}

/** A string or an array of blocks. */
export function readContent(value: unknown, path: string): readonly Part[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }]
  if (!Array.isArray(value)) throw wrongField(path, value, 'a string or an array of content blocks')
  return arrayAt(value, path).map((block, at) => readBlock(objectAt(block, `${path}.${at}`), `${path}.${at}`))
}

function readBlock(block: JsonObject, path: string): Part {
  const type = stringAt(block.type, `${path}.type`)
  const known = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (!known || hasForeignSource(block)) return readOpaque(block, path)
  const part = known.read(block, path)
  const cache = readCache(block.cache_control, `${path}.cache_control`)
  const rest = otherFields(block, known.keys)
  if (!cache && !rest) return part
  return { ...part, ...(cache ? { cache } : {}), ...(rest ? { carry: carry(rest) } : {}) }
}

/** Whole for this wire, and for others the text that is in it. */
function readOpaque(block: JsonObject, path: string): Part {
  const cache = readCache(block.cache_control, `${path}.cache_control`)
  const text = readableText(block)
  return { type: 'other', carry: carry(block), ...(text === '' ? {} : { text }), ...(cache ? { cache } : {}) }
}

/** Search results, documents made of blocks, results of the provider's own tools. */
function readableText({ title, source, content, text, stdout, stderr }: JsonObject): string {
  const inner = isObject(source) ? source.content : undefined
  const lines = [title, typeof source === 'string' ? source : undefined, text, stdout, stderr].filter(
    (line) => typeof line === 'string' && line !== '',
  )
  const nested = [content, inner].flatMap((each) => (Array.isArray(each) ? each : [each]))
  const texts = nested.map((each) => (isObject(each) ? readableText(each) : textOr(each))).filter((line) => line !== '')
  return [...lines, ...texts].join('\n')
}

/** A document made of blocks has no neutral counterpart. */
function hasForeignSource(block: JsonObject): boolean {
  return block.type === 'document' && isObject(block.source) && block.source.type === 'content'
}

export function readCache(value: unknown, path: string): CacheMark | undefined {
  const mark = optional(value, path, objectAt)
  if (!mark) return undefined
  const ttl = optional(mark.ttl, `${path}.ttl`, stringAt)
  if (ttl !== undefined && ttl !== '5m' && ttl !== '1h') throw wrongField(`${path}.ttl`, ttl, "'5m' or '1h'")
  return ttl === undefined ? {} : { ttl }
}

function readDocument(block: JsonObject, path: string): Part {
  const name = optional(block.title, `${path}.title`, stringAt)
  return present({ type: 'document' as const, source: readSource(block.source, `${path}.source`), name })
}

function readThinking(block: JsonObject, path: string): Part {
  const signature = optional(block.signature, `${path}.signature`, stringAt)
  const text = stringAt(block.thinking, `${path}.thinking`)
  return { type: 'reasoning', text, ...(signature ? { signature } : {}) }
}

function readToolResult(block: JsonObject, path: string): Part {
  const content =
    block.content === undefined || block.content === null ? [] : readContent(block.content, `${path}.content`)
  return {
    type: 'tool-result',
    callId: stringAt(block.tool_use_id, `${path}.tool_use_id`),
    content,
    ...(block.is_error === true ? { isError: true } : {}),
  }
}

function readSource(value: unknown, path: string): Source {
  const source = objectAt(value, path)
  switch (source.type) {
    case 'url':
      return { type: 'url', url: stringAt(source.url, `${path}.url`) }
    case 'base64':
      return {
        type: 'base64',
        mediaType: stringAt(source.media_type, `${path}.media_type`),
        base64: stringAt(source.data, `${path}.data`),
      }
    case 'file':
      return { type: 'file', fileId: stringAt(source.file_id, `${path}.file_id`) }
    case 'text':
      return { type: 'text', text: stringAt(source.data, `${path}.data`) }
    default:
      throw wrongField(`${path}.type`, source.type, "'base64', 'url', 'file' or 'text'")
  }
}

function carry(fields: JsonObject): Carry {
  return { wire: wireId, fields }
}
