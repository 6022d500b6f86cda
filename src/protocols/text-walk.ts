/** Finds text in any part of a request: every string counts as text, unless its key says that it is none. What a provider may accept and nobody listed here is therefore read, not missed. */
import { GatewayError } from '../errors.ts'
import { isObject, textOr } from './fields.ts'
import type { JsonObject } from './protocol.ts'

export type Path = readonly (string | number)[]

/** Where a text stands. */
export interface Place {
  readonly role: string
  /** What is not said to the reader; absent = what is said. */
  readonly kind?: 'reasoning' | 'tool-call'
}

export interface FoundText extends Place {
  readonly text: string
  readonly path: Path
  /** The value holds the text as base64, behind this (the head of a data URL, or ''); absent = the value is the text. */
  readonly base64After?: string
}

/** Keys whose values are identifiers, kinds, addresses, signatures or bytes, in every wire and in both spellings. */
const keysWithoutText = new Set(
  (
    'type role id name model status phase index object language encoding format detail enabled ttl ' +
    'call_id tool_call_id tool_use_id toolUseId item_id response_id container_id approval_request_id server_label ' +
    'file_id fileId image_id vector_store_id url uri image_url imageUrl video_url file_url file_uri fileUri ' +
    'media_type mediaType mime_type mimeType signature thoughtSignature thought_signature redacted_thinking ' +
    'encrypted_content encrypted_index encrypted_stdout cache_control cachePoint logprobs b64_json bytes s3Location ' +
    'result_url finish_reason stop_reason video_metadata videoMetadata outcome version filename'
  ).split(' '),
)

const reasoningKeys = new Set(['reasoning', 'reasoning_content', 'reasoning_details', 'reasoning_text'])

/** A body that nests deeper than this cannot be read whole. */
const deepest = 64

/** All texts below `value`, in the order of the body. Throws GatewayError `invalid_request` where it nests too deep to be read. */
export function textsBelow(value: unknown, path: Path, place: Place): readonly FoundText[] {
  if (path.length > deepest)
    throw new GatewayError(
      'invalid_request',
      `the body nests deeper than ${deepest} levels, which guardrails cannot read; send it flatter`,
    )
  if (typeof value === 'string') return [{ text: value, path, ...place }]
  if (Array.isArray(value)) return value.flatMap((each: unknown, at) => textsBelow(each, [...path, at], place))
  if (!isObject(value) || isSignedThought(value)) return []
  return Object.entries(value).flatMap(([key, member]) => memberTexts({ holder: value, key, member, path, place }))
}

interface Member {
  readonly holder: JsonObject
  readonly key: string
  readonly member: unknown
  readonly path: Path
  readonly place: Place
}

function memberTexts({ holder, key, member, path, place }: Member): readonly FoundText[] {
  const here = [...path, key]
  if (keysWithoutText.has(key)) return []
  if (key === 'data' || key === 'file_data' || key === 'fileData') return encodedText(holder, key, here, place)
  if (isThought(holder, key)) return textsBelow(member, here, { ...place, kind: 'reasoning' })
  if (isCallInput(holder, key)) return jsonText(member, here, { role: 'assistant', kind: 'tool-call' })
  if (key === 'functionResponse' || key === 'function_response')
    return textsBelow(isObject(member) ? member.response : undefined, [...here, 'response'], { role: 'tool' })
  if (key === 'result' && holder.type === 'image_generation_call') return []
  if (key === 'source' && typeof member === 'string') return []
  return textsBelow(member, here, place)
}

/** Thinking that its provider signed goes back as it came: changed, it would be refused. */
function isSignedThought({ type, signature }: JsonObject): boolean {
  return /thinking|reasoning/.test(textOr(type)) && typeof signature === 'string' && signature !== ''
}

function isThought({ type, thought }: JsonObject, key: string): boolean {
  if (key === 'thinking' || reasoningKeys.has(key)) return true
  if (key === 'text' && thought === true) return true
  return textOr(type).startsWith('reasoning') && (key === 'summary' || key === 'content' || key === 'text')
}

/** What a tool was called with: arguments as JSON text, an object, or the words of a custom tool. */
function isCallInput({ type }: JsonObject, key: string): boolean {
  if (key === 'arguments' || key === 'args' || key === 'input') return true
  return key === 'code' && textOr(type).includes('code_interpreter')
}

/** A text, or an object as JSON. */
export function jsonText(value: unknown, path: Path, place: Place): readonly FoundText[] {
  if (typeof value !== 'string' && !isObject(value)) return []
  return [{ text: typeof value === 'string' ? value : JSON.stringify(value), path, ...place }]
}

const textTypes =
  /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|csv|javascript|rtf)\b|application\/[\w.-]+\+(?:json|xml)\b)/i

/** The contents of a file, where they are text: plain, as base64 beside a media type, or in a data URL. */
function encodedText(holder: JsonObject, key: string, path: Path, place: Place): readonly FoundText[] {
  const value = holder[key]
  if (typeof value !== 'string') return textsBelow(value, path, place)
  const url = /^data:([^,]*),/is.exec(value)
  const [head, declared = ''] = url ?? ['', textOr(holder.media_type ?? holder.mimeType ?? holder.mime_type)]
  if (holder.type === 'text') return [{ text: value, path, ...place }]
  if (!textTypes.test(declared)) return []
  if (url !== null && !/;\s*base64\s*$/i.test(declared)) return [{ text: value, path, ...place }]
  return [{ text: Buffer.from(value.slice(head.length), 'base64').toString(), path, base64After: head, ...place }]
}

/** What a tool or a schema says of itself: its descriptions, at any depth. */
export function descriptionsBelow(value: unknown, path: Path): readonly FoundText[] {
  if (path.length > deepest) return []
  if (Array.isArray(value)) return value.flatMap((each: unknown, at) => descriptionsBelow(each, [...path, at]))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'description' && typeof member === 'string'
      ? [{ text: member, role: 'system', path: [...path, key] }]
      : descriptionsBelow(member, [...path, key]),
  )
}
