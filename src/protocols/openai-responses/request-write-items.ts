/** Writes messages as the input's items: calls, results and thinking stand beside the messages, in their order. */
import { GatewayError } from '../../errors.ts'
import type { Message, Part, Source, Warning } from '../../inference/index.ts'
import { present, textOr } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { ownFields, unsignOwn } from './wire.ts'

type PartOf<T extends Part['type']> = Extract<Part, { type: T }>

export class ItemWriter {
  private readonly warnings: Warning[]

  constructor(warnings: Warning[]) {
    this.warnings = warnings
  }

  write(messages: readonly Message[]): readonly JsonObject[] {
    return messages.flatMap((message, at) => this.writeMessage(message, `messages.${at}`))
  }

  private writeMessage(message: Message, path: string): readonly JsonObject[] {
    const own = ownFields(message.carry)
    for (const key of own ? [] : Object.keys(message.carry?.fields ?? {})) this.drop(`messages.${key}`, noField)
    if (message.name !== undefined) this.drop('messages.name', 'messages have no names in this API')
    const items: JsonObject[] = []
    let content: JsonObject[] | undefined
    for (const [at, part] of message.content.entries()) {
      const item = this.writeItem(part, `${path}.content.${at}`)
      if (item !== undefined) {
        content = undefined
        items.push(...item)
        continue
      }
      const written = this.writePart(part, message.role === 'assistant', `${path}.content.${at}`)
      if (written && !content) {
        content = []
        items.push({ ...own, type: 'message', role: message.role, content })
      }
      if (written) content?.push(written)
    }
    return items
  }

  /** undefined = the part belongs into a message; [] = it is dropped. */
  private writeItem(part: Part, path: string): readonly JsonObject[] | undefined {
    switch (part.type) {
      case 'tool-call':
        if (part.signature !== undefined) this.drop('tool_calls.signature', 'this API has no signatures on tool calls')
        return [
          {
            type: 'function_call',
            call_id: part.id,
            name: part.name,
            arguments: part.arguments.trim() === '' ? '{}' : part.arguments,
          },
        ]
      case 'tool-result':
        return [this.writeResult(part, path)]
      case 'reasoning':
        return this.writeReasoning(part)
      case 'other': {
        const own = ownFields(part.carry)
        if (own) return isContentPart(own) ? undefined : [own]
        this.drop(`messages.content.${textOr(part.carry?.fields.type, 'other')}`, 'this API has no such content')
        return []
      }
      default:
        return undefined
    }
  }

  private writeResult(result: PartOf<'tool-result'>, path: string): JsonObject {
    if (result.isError) this.drop('messages.tool_result.is_error', 'this API has no such mark; the text was sent')
    const parts = result.content.flatMap((part, at): JsonObject[] => {
      const written = this.writePart(part, false, `${path}.content.${at}`)
      return written ? [written] : []
    })
    const isText = parts.every((part) => part.type === 'input_text')
    const output = isText ? parts.map((part) => part.text).join('\n') : parts
    return { type: 'function_call_output', call_id: result.callId, output }
  }

  /** Only its own encrypted reasoning can be continued by this wire's provider. */
  private writeReasoning(part: PartOf<'reasoning'>): readonly JsonObject[] {
    const own = ownFields(part.carry)?.encrypted_content
    const encrypted = own ?? unsignOwn(part.signature)
    if (encrypted === undefined) {
      this.drop('messages.reasoning', 'this provider takes back only reasoning that it encrypted itself')
      return []
    }
    const summary = part.text === '' ? [] : [{ type: 'summary_text', text: part.text }]
    return [{ type: 'reasoning', summary, encrypted_content: encrypted }]
  }

  private writePart(part: Part, isAnswer: boolean, path: string): JsonObject | undefined {
    const own = ownFields(part.carry)
    if (part.cache) this.drop('cache_control', 'caching needs no marks in this API')
    if (part.type === 'other') return own
    for (const key of own ? [] : Object.keys(part.carry?.fields ?? {})) this.drop(key, noField)
    const written = this.writeContent(part, isAnswer, path)
    return written && { ...own, ...written }
  }

  private writeContent(part: Part, isAnswer: boolean, path: string): JsonObject | undefined {
    switch (part.type) {
      case 'text':
        return isAnswer
          ? { type: 'output_text', text: part.text, annotations: [] }
          : { type: 'input_text', text: part.text }
      case 'refusal':
        return isAnswer ? { type: 'refusal', refusal: part.text } : { type: 'input_text', text: part.text }
      case 'image':
        return writeImage(part, path)
      case 'document':
        return this.writeDocument(part)
      case 'audio':
        return { type: 'input_audio', input_audio: { data: part.base64, format: part.format } }
      default:
        this.drop(`messages.content.${part.type}`, 'it has no place in this message')
        return undefined
    }
  }

  private writeDocument({ source, name }: PartOf<'document'>): JsonObject {
    switch (source.type) {
      case 'file':
        return present({ type: 'input_file', file_id: source.fileId, filename: name })
      case 'url':
        return present({ type: 'input_file', file_url: source.url, filename: name })
      case 'text':
        return this.writeTextDocument(source.text, name)
      case 'base64':
        if (source.mediaType.startsWith('text/')) {
          return this.writeTextDocument(Buffer.from(source.base64, 'base64').toString('utf8'), name)
        }
        return { type: 'input_file', filename: name ?? 'document.pdf', file_data: dataUrl(source) }
    }
  }

  private writeTextDocument(text: string, name: string | undefined): JsonObject {
    const reason = 'this API has no text documents; sent as a text part'
    this.warn({ type: 'changed', field: 'messages.content.document', reason })
    return { type: 'input_text', text: name === undefined ? text : `${name}:\n${text}` }
  }

  private drop(field: string, reason: string): void {
    this.warn({ type: 'dropped', field, reason })
  }

  /** The same loss is told once, however often it occurs. */
  private warn(warning: Warning): void {
    if (this.warnings.some(({ field, reason }) => field === warning.field && reason === warning.reason)) return
    this.warnings.push(warning)
  }
}

const noField = 'this API has no such field'

/** Parts of messages that only this wire knows, in contrast to its items. */
function isContentPart(fields: JsonObject): boolean {
  return typeof fields.type === 'string' && /^(?:input|output)_|_text$/.test(fields.type)
}

function writeImage({ source, detail = 'auto' }: PartOf<'image'>, path: string): JsonObject {
  if (source.type === 'file') return { type: 'input_image', file_id: source.fileId, detail }
  if (source.type === 'url') return { type: 'input_image', image_url: source.url, detail }
  if (source.type === 'base64') return { type: 'input_image', image_url: dataUrl(source), detail }
  throw new GatewayError('unsupported_parameter', `${path}: an image must be a url, base64 or a file id`, {
    param: path,
  })
}

function dataUrl(source: Extract<Source, { type: 'base64' }>): string {
  return source.base64.startsWith('data:') ? source.base64 : `data:${source.mediaType};base64,${source.base64}`
}
