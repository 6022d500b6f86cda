/** Writes messages of a provider's request: tool results first, as messages of their own, then what the user says. */
import type { Message, Part, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { readDetails } from './reasoning-details.ts'
import { writePart } from './request-write-parts.ts'
import { ownFields } from './wire.ts'

type PartOf<T extends Part['type']> = Extract<Part, { type: T }>

export class MessageWriter {
  private readonly warnings: Warning[]
  private readonly traits: ModelTraits

  constructor(warnings: Warning[], traits: ModelTraits) {
    this.warnings = warnings
    this.traits = traits
  }

  write(messages: readonly Message[]): readonly JsonObject[] {
    return messages.flatMap((message, at) => {
      if (message.carry && !ownFields(message.carry)) {
        for (const key of Object.keys(message.carry.fields)) this.drop(`messages.${key}`, 'this API has no such field')
      }
      return message.role === 'assistant' ? [this.writeAssistant(message, at)] : this.writeInput(message, at)
    })
  }

  private writeInput(message: Message, at: number): readonly JsonObject[] {
    const written: JsonObject[] = []
    const rest: unknown[] = []
    for (const part of message.content) {
      if (part.type === 'tool-result') written.push(this.writeResult(part, at, rest))
    }
    const results = written.length
    rest.push(
      ...this.writeParts(
        message.content.filter((part) => part.type !== 'tool-result'),
        at,
      ),
    )
    if (rest.length > 0 || results === 0) {
      const isUser = message.role === 'user'
      const content = contentOf(rest, isUser)
      written.push(present({ ...ownFields(message.carry), role: message.role, content, name: message.name }))
    }
    return written
  }

  /** A tool message holds text alone; pictures and files follow in the user's message. */
  private writeResult(result: PartOf<'tool-result'>, at: number, after: unknown[]): JsonObject {
    const isText = (part: Part) => part.type === 'text' || part.type === 'refusal'
    const texts = this.writeParts(result.content.filter(isText), at)
    const others = this.writeParts(
      result.content.filter((part) => !isText(part)),
      at,
    )
    if (others.length > 0) {
      texts.push({ type: 'text', text: '[The files of this result are in the next user message.]' })
      after.push({ type: 'text', text: `Files of the result of tool call ${result.callId}:` }, ...others)
      const reason = 'tool results hold text alone in this API; their files were moved into the next user message'
      this.warn({ type: 'changed', field: 'messages.tool_result', reason })
    }
    if (result.isError) {
      this.drop('messages.tool_result.is_error', 'this API has no such mark; the text was sent as it is')
    }
    return { role: 'tool', tool_call_id: result.callId, content: contentOf(texts, false) }
  }

  private writeAssistant(message: Message, at: number): JsonObject {
    const spoken = message.content.filter((part) => part.type === 'text' || isOtherContent(part))
    const refusals = message.content.filter((part) => part.type === 'refusal').map((part) => part.text)
    const calls = message.content.flatMap((part) => this.writeCall(part))
    const content = this.writeParts(spoken, at)
    const hasOthers = calls.length > 0 || refusals.length > 0
    return present({
      ...ownFields(message.carry),
      role: 'assistant',
      content: content.length === 0 && hasOthers ? null : contentOf(content, false),
      name: message.name,
      refusal: refusals.length > 0 ? refusals.join('') : undefined,
      ...this.writeReasoning(message.content),
      tool_calls: calls.length > 0 ? calls : undefined,
    })
  }

  /** Compatible reasoning models want their own text back; signed or hidden thinking belongs to another provider. */
  private writeReasoning(content: readonly Part[]): JsonObject {
    const parts = content.filter((part) => part.type === 'reasoning')
    const details = this.traits.takesReasoningDetails ? parts.flatMap(({ signature }) => readDetails(signature)) : []
    if (details.length > 0) return { reasoning_details: details }
    const plain = parts.filter((part) => part.signature === undefined && part.redacted === undefined)
    if (plain.length < parts.length) {
      this.drop('messages.reasoning', 'signed thinking can only go back to the provider that signed it')
    }
    const text = plain.map((part) => part.text).join('')
    return text === '' ? {} : { reasoning_content: text }
  }

  private writeCall(part: Part): readonly JsonObject[] {
    if (part.type === 'other') {
      const own = ownFields(part.carry)
      return own && isCall(own) ? [own] : []
    }
    if (part.type !== 'tool-call') return []
    if (part.signature !== undefined) this.drop('tool_calls.signature', 'this API has no signatures on tool calls')
    const called = { name: part.name, arguments: part.arguments.trim() === '' ? '{}' : part.arguments }
    return [{ ...ownFields(part.carry), id: part.id, type: 'function', function: called }]
  }

  private writeParts(parts: readonly Part[], at: number): JsonObject[] {
    return parts.flatMap((part) => {
      const written = writePart(part, `messages.${at}.content`, (warning) => this.warn(warning))
      if (!written) return []
      if (part.cache) this.drop('cache_control', 'caching needs no marks in this API')
      if (part.type !== 'other' && part.carry && !ownFields(part.carry)) {
        for (const key of Object.keys(part.carry.fields)) this.drop(key, 'this API has no such field')
      }
      return [part.type === 'other' ? written : { ...ownFields(part.carry), ...written }]
    })
  }

  private drop(field: string, reason: string): void {
    this.warn({ type: 'dropped', field, reason })
  }

  /** The same field is told once, however often it occurs. */
  private warn(warning: Warning): void {
    if (this.warnings.some(({ field, reason }) => field === warning.field && reason === warning.reason)) return
    this.warnings.push(warning)
  }
}

function isOtherContent(part: Part): boolean {
  if (part.type !== 'other') return part.type === 'image' || part.type === 'document' || part.type === 'audio'
  const own = ownFields(part.carry)
  return own === undefined || !isCall(own)
}

/** Tool calls of this wire that are no functions. */
function isCall(fields: JsonObject): boolean {
  return typeof fields.id === 'string' && fields.type === 'custom'
}

/** One plain text is a string; so are several outside user messages, since many compatible servers take nothing else there. */
function contentOf(parts: readonly unknown[], isUser: boolean): unknown {
  const texts = parts.map((part) => plainText(part as JsonObject))
  if (parts.length === 0) return ''
  const isAllText = texts.every((text) => text !== undefined)
  return isAllText && (parts.length === 1 || !isUser) ? texts.join('\n') : parts
}

function plainText(part: JsonObject): string | undefined {
  return part.type === 'text' && Object.keys(part).length === 2 ? (part.text as string) : undefined
}
