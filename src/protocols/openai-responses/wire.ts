/** Words of the OpenAI Responses wire that several of its files share. */
import type { Block, Carry, Finish } from '../../inference/index.ts'
import { isObject } from '../fields.ts'
import type { ClientProtocolId, JsonObject } from '../protocol.ts'
import { markSignature, readMarkedSignature } from '../signature.ts'

export const wireId: ClientProtocolId = 'openai-responses'

export function carryOf(fields: JsonObject | undefined): { readonly carry?: Carry } {
  return fields === undefined || Object.keys(fields).length === 0 ? {} : { carry: { wire: wireId, fields } }
}

/** The fields of a carry that came from this wire. */
export function ownFields(carry: Carry | undefined): JsonObject | undefined {
  return carry?.wire === wireId ? carry.fields : undefined
}

/** What an answer held, for endings that say less than that. */
export interface Said {
  hasToolCall: boolean
  hasRefusal: boolean
}

/** This wire has a status and, where the answer was cut, the reason for it. */
export function readFinish(response: JsonObject, said: Said): Finish {
  const { status, incomplete_details: details } = response
  const reason = isObject(details) ? details.reason : undefined
  if (status === 'incomplete') {
    const raw = typeof reason === 'string' ? reason : status
    if (reason === 'max_output_tokens') return { reason: 'length', raw }
    return { reason: reason === 'content_filter' ? 'content-filter' : 'other', raw }
  }
  const raw = typeof status === 'string' ? { raw: status } : {}
  if (status !== undefined && status !== null && status !== 'completed') return { reason: 'other', ...raw }
  return { reason: said.hasToolCall ? 'tool-calls' : said.hasRefusal ? 'refusal' : 'stop', ...raw }
}

export interface Ending {
  readonly status: 'completed' | 'incomplete'
  readonly incomplete_details: { readonly reason: string } | null
}

/** A refusal in words is an answer; one without words, and what was cut, are incomplete. */
export function writeFinish(finish: Finish, hasRefusal: boolean): Ending {
  if (finish.reason === 'length') return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
  const isWordless = finish.reason === 'refusal' && !hasRefusal
  if (finish.reason !== 'content-filter' && !isWordless) return { status: 'completed', incomplete_details: null }
  return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
}

/** In front of what others signed or hid, in `encrypted_content`; the wire's own is base64 and has no colon. */
const marks = { signature: 'signature:', redacted: 'redacted:' } as const

interface Seal {
  readonly signature?: string | undefined
  readonly redacted?: string | undefined
}

/** What another provider signed or hid, as a client of this wire keeps it and sends it back. */
export function writeSeal(block: Block, signature: string | undefined): string | undefined {
  if (block.type === 'reasoning' && block.redacted !== undefined) return marks.redacted + block.redacted
  return signature === undefined ? undefined : (unsignOwn(signature) ?? marks.signature + signature)
}

/** The reverse; undefined = the provider's own, which no other can read. */
export function readSeal(encrypted: string): Seal | undefined {
  if (encrypted.startsWith(marks.signature)) return { signature: encrypted.slice(marks.signature.length) }
  if (encrypted.startsWith(marks.redacted)) return { redacted: encrypted.slice(marks.redacted.length) }
  return undefined
}

/** The provider's own encrypted reasoning as a signature for clients of other wires. */
export function signOwn(encrypted: string): string {
  return markSignature(wireId, 'reasoning', encrypted)
}

/** The reverse; undefined = another provider signed it. */
export function unsignOwn(signature: string | undefined): string | undefined {
  return readMarkedSignature(wireId, signature)?.signature
}

/** The thinking itself where a provider shows it, else its summary; parts become paragraphs. */
export function reasoningText(item: JsonObject): string {
  const texts = (parts: unknown) =>
    (Array.isArray(parts) ? parts : []).flatMap((part) =>
      isObject(part) && typeof part.text === 'string' && part.text !== '' ? [part.text] : [],
    )
  const content = texts(item.content)
  return (content.length > 0 ? content : texts(item.summary)).join('\n\n')
}
