/** Reads content parts of a client's request into neutral ones. Parts only this wire knows are carried whole. */
import type { Part, Source } from '../../inference/index.ts'
import { arrayAt, objectAt, optional, otherFields, present, stringAt, wrongField } from '../fields.ts'
import { readCache, readFileData, readUrl } from '../openai-chat/request-parts.ts'
import type { JsonObject } from '../protocol.ts'
import { carryOf } from './wire.ts'

interface PartKind {
  readonly keys: ReadonlySet<string>
  readonly read: (part: JsonObject, path: string) => Part
}

/** `keys` are the ones `read` understands; the rest of a part is carried beside it. */
function kind(keys: readonly string[], read: PartKind['read']): PartKind {
  return { keys: new Set(['type', 'cache_control', ...keys]), read }
}

/** `parsed` is what the official client adds to the answers it hands out. */
const text = kind(['text', 'annotations', 'logprobs', 'parsed'], (part, path) => ({
  type: 'text',
  text: stringAt(part.text, `${path}.text`),
}))

const kinds: Readonly<Record<string, PartKind>> = {
  input_text: text,
  output_text: text,
  text,
  refusal: kind(['refusal'], (part, path) => ({
    type: 'refusal',
    text: stringAt(part.refusal, `${path}.refusal`),
  })),
  input_image: kind(['image_url', 'file_id', 'detail'], readImage),
  input_file: kind(['file_data', 'file_id', 'file_url', 'filename', 'mime_type'], readFile),
  input_audio: kind(['input_audio'], readAudio),
}

/** A string, an array of parts, or nothing. */
export function readContent(value: unknown, path: string): readonly Part[] {
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }]
  if (!Array.isArray(value)) throw wrongField(path, value, 'a string or an array of content parts')
  return arrayAt(value, path).map((part, at) => readPart(objectAt(part, `${path}.${at}`), `${path}.${at}`))
}

function readPart(part: JsonObject, path: string): Part {
  const type = stringAt(part.type, `${path}.type`)
  const known = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (!known) return { type: 'other', ...carryOf(part) }
  const cache = readCache(part.cache_control)
  return { ...known.read(part, path), ...(cache ? { cache } : {}), ...carryOf(otherFields(part, known.keys)) }
}

function readImage(part: JsonObject, path: string): Part {
  const detail = optional(part.detail, `${path}.detail`, stringAt)
  const fileId = optional(part.file_id, `${path}.file_id`, stringAt)
  const source: Source =
    fileId === undefined ? readUrl(stringAt(part.image_url, `${path}.image_url`)) : { type: 'file', fileId }
  return present({ type: 'image' as const, source, detail: detail === 'auto' ? undefined : detail })
}

function readFile(part: JsonObject, path: string): Part {
  const name = optional(part.filename, `${path}.filename`, stringAt)
  return present({ type: 'document' as const, source: readFileSource(part, path), name })
}

function readFileSource(part: JsonObject, path: string): Source {
  const fileId = optional(part.file_id, `${path}.file_id`, stringAt)
  if (fileId !== undefined) return { type: 'file', fileId }
  const url = optional(part.file_url, `${path}.file_url`, stringAt)
  if (url !== undefined) return { type: 'url', url }
  const name = optional(part.filename, `${path}.filename`, stringAt)
  return readFileData(stringAt(part.file_data, `${path}.file_data`), part, name)
}

function readAudio(part: JsonObject, path: string): Part {
  const audio = objectAt(part.input_audio, `${path}.input_audio`)
  return {
    type: 'audio',
    base64: stringAt(audio.data, `${path}.input_audio.data`),
    format: stringAt(audio.format, `${path}.input_audio.format`),
  }
}
