/** Reads content parts of a client's request into neutral ones. Parts only this wire knows are carried whole. */
import type { CacheMark, Part, Source } from '../../inference/index.ts'
import { arrayAt, isObject, objectAt, optional, otherFields, present, stringAt, textOr, wrongField } from '../fields.ts'
import { typeOfContent, typeOfName } from '../fit/media-types.ts'
import type { JsonObject } from '../protocol.ts'
import { carryOf } from './wire.ts'

type PartReader = (part: JsonObject, path: string) => Part

interface PartKind {
  readonly keys: ReadonlySet<string>
  readonly read: PartReader
}

/** `keys` are the ones `read` understands; the rest of a part is carried beside it. */
function kind(key: string, read: PartReader): PartKind {
  return { keys: new Set(['type', 'cache_control', key]), read }
}

const kinds: Readonly<Record<string, PartKind>> = {
  text: kind('text', (part, path) => ({ type: 'text', text: stringAt(part.text, `${path}.text`) })),
  refusal: kind('refusal', (part, path) => ({ type: 'refusal', text: stringAt(part.refusal, `${path}.refusal`) })),
  image_url: kind('image_url', readImage),
  file: kind('file', readFile),
  input_audio: kind('input_audio', readAudio),
}

/** A string, an array of parts, or nothing. */
export function readContent(value: unknown, path: string): readonly Part[] {
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }]
  if (!Array.isArray(value)) throw wrongField(path, value, 'a string or an array of content parts')
  return arrayAt(value, path).map((part, at) => readPart(part, `${path}.${at}`))
}

function readPart(value: unknown, path: string): Part {
  if (typeof value === 'string') return { type: 'text', text: value }
  const part = objectAt(value, path)
  const type = stringAt(part.type, `${path}.type`)
  const thinking = readThinkingBlock(part)
  if (thinking) return thinking
  const known = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (!known) return { type: 'other', ...carryOf(part) }
  const cache = readCache(part.cache_control)
  return { ...known.read(part, path), ...(cache ? { cache } : {}), ...carryOf(otherFields(part, known.keys)) }
}

/** Thinking as gateways of this family hand it to clients, to be sent back signed. */
export function readThinkingBlock(block: JsonObject): Part | undefined {
  if (block.type === 'redacted_thinking' && typeof block.data === 'string') {
    return { type: 'reasoning', text: '', redacted: block.data }
  }
  if (block.type !== 'thinking' || typeof block.thinking !== 'string') return undefined
  const signature = typeof block.signature === 'string' && block.signature !== '' ? block.signature : undefined
  return present({ type: 'reasoning' as const, text: block.thinking, signature })
}

export function readCache(value: unknown): CacheMark | undefined {
  if (!isObject(value)) return undefined
  return value.ttl === '5m' || value.ttl === '1h' ? { ttl: value.ttl } : {}
}

function readImage(part: JsonObject, path: string): Part {
  const image =
    typeof part.image_url === 'string' ? { url: part.image_url } : objectAt(part.image_url, `${path}.image_url`)
  const url = stringAt(image.url, `${path}.image_url.url`)
  const detail = optional((image as JsonObject).detail, `${path}.image_url.detail`, stringAt)
  return present({ type: 'image' as const, source: readUrl(url), detail })
}

function readFile(part: JsonObject, path: string): Part {
  const file = objectAt(part.file, `${path}.file`)
  const name = optional(file.filename, `${path}.file.filename`, stringAt)
  if (typeof file.file_id === 'string') {
    return present({ type: 'document' as const, source: { type: 'file' as const, fileId: file.file_id }, name })
  }
  const source = readFileData(stringAt(file.file_data, `${path}.file.file_data`), file, name)
  return present({ type: 'document' as const, source, name })
}

/** A data address, an address, or bare base64, whose type its name, its neighbours or its first bytes tell. */
export function readFileData(
  inline: string,
  { mime_type: mimeType, format }: JsonObject,
  name: string | undefined,
): Source {
  const source = readUrl(inline)
  if (source.type !== 'url' || /^(https?|data):/i.test(inline)) return source
  const said = [mimeType, format].find((each) => typeof each === 'string' && each.includes('/'))
  const mediaType = textOr(said) || typeOfName(name) || typeOfContent(inline) || 'application/pdf'
  return { type: 'base64', mediaType, base64: inline }
}

function readAudio(part: JsonObject, path: string): Part {
  const audio = objectAt(part.input_audio, `${path}.input_audio`)
  return {
    type: 'audio',
    base64: stringAt(audio.data, `${path}.input_audio.data`),
    format: stringAt(audio.format, `${path}.input_audio.format`),
  }
}

/** `data:image/png;base64,…` is the content itself. */
export function readUrl(url: string): Source {
  const comma = url.startsWith('data:') ? url.indexOf(',') : -1
  const head = comma === -1 ? '' : url.slice('data:'.length, comma)
  if (!head.endsWith(';base64')) return { type: 'url', url }
  const mediaType = head.split(';', 1)[0] || 'application/octet-stream'
  return { type: 'base64', mediaType, base64: url.slice(comma + 1) }
}
