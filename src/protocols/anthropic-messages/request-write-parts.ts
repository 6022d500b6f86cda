/** Writes neutral parts as content blocks of a provider's request. */
import { GatewayError } from '../../errors.ts'
import type { CacheMark, Part, Source, Warning } from '../../inference/index.ts'
import type { JsonObject } from '../protocol.ts'
import { isMarkedSignature } from '../signature.ts'
import { ownFields, parseArguments, type WireBlock } from './wire.ts'

type PartOf<T extends Part['type']> = Extract<Part, { type: T }>

const toolNamePattern = /^[a-zA-Z0-9_-]{1,128}$/
const dataUrlPattern = /^data:([^;,]+)(?:;[^;,]+)*;base64,(.*)$/s

export function checkToolName(name: string, path: string): void {
  if (toolNamePattern.test(name)) return
  throw new GatewayError(
    'invalid_request',
    `${path} is '${name.slice(0, 140)}'; this provider takes tool names of 1 to 128 letters, digits, '_' and '-'; rename the tool`,
    { param: path },
  )
}

export function writeCache(cache: CacheMark | undefined): { readonly cache_control?: JsonObject } {
  if (!cache) return {}
  return { cache_control: { type: 'ephemeral', ...(cache.ttl ? { ttl: cache.ttl } : {}) } }
}

export class PartWriter {
  private readonly warnings: Warning[]

  constructor(warnings: Warning[]) {
    this.warnings = warnings
  }

  write(parts: readonly Part[], path: string): WireBlock[] {
    const blocks: WireBlock[] = []
    for (const [at, part] of parts.entries()) {
      const block = this.writePart(part, `${path}.${at}`)
      if (block) blocks.push(this.addExtras(block, part))
    }
    return blocks
  }

  writeSystem(parts: readonly Part[], path: string): WireBlock[] {
    for (const [at, part] of parts.entries()) {
      if (part.type !== 'text' && !(part.type === 'other' && ownFields(part.carry))) {
        throw unsupported(`${path}.${at}`, `system messages hold text only for this provider; got ${part.type}`)
      }
    }
    return this.write(parts, path)
  }

  private writePart(part: Part, path: string): WireBlock | undefined {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return part.text.trim() === '' ? undefined : { type: 'text', text: part.text }
      case 'image':
        return this.writeImage(part, path)
      case 'document':
        return this.writeDocument(part, path)
      case 'audio':
        throw unsupported(path, 'this provider takes no audio; send a transcript or choose another model')
      case 'reasoning':
        return this.writeReasoning(part)
      case 'tool-call':
        return this.writeToolCall(part, path)
      case 'tool-result':
        return this.writeToolResult(part, path)
      case 'other':
        return this.writeOther(part)
    }
  }

  private addExtras(block: WireBlock, part: Part): WireBlock {
    if (part.type === 'other') return block
    const own = ownFields(part.carry)
    if (part.carry && !own)
      for (const key of Object.keys(part.carry.fields)) this.drop(key, 'this provider has no such field')
    if (!part.cache && !own) return block
    return { ...block, ...own, ...writeCache(part.cache) }
  }

  private writeImage(part: PartOf<'image'>, path: string): WireBlock {
    if (part.detail !== undefined && part.detail !== 'auto')
      this.drop('image_url.detail', 'this provider has one level of detail')
    return { type: 'image', source: this.writeSource(part.source, path) }
  }

  private writeDocument(part: PartOf<'document'>, path: string): WireBlock {
    const source = this.writeSource(part.source, path)
    return { type: 'document', source, ...(part.name === undefined ? {} : { title: part.name }) }
  }

  /** Base64 stands for images and PDF here; text that came as base64 is written as the text it is. */
  private writeSource(source: Source, path: string): JsonObject {
    switch (source.type) {
      case 'url': {
        const inline = dataUrlPattern.exec(source.url)
        if (!inline) return { type: 'url', url: source.url }
        return this.writeSource({ type: 'base64', mediaType: inline[1] as string, base64: inline[2] as string }, path)
      }
      case 'base64':
        if (!source.mediaType.startsWith('text/')) {
          return { type: 'base64', media_type: source.mediaType, data: source.base64 }
        }
        return this.writeSource({ type: 'text', text: Buffer.from(source.base64, 'base64').toString('utf8') }, path)
      case 'file':
        return { type: 'file', file_id: source.fileId }
      case 'text':
        return { type: 'text', media_type: 'text/plain', data: source.text }
    }
  }

  /** Only signed thinking is accepted back, byte for byte. */
  private writeReasoning(part: PartOf<'reasoning'>): WireBlock | undefined {
    if (part.redacted !== undefined) return { type: 'redacted_thinking', data: part.redacted }
    if (part.signature && !isMarkedSignature(part.signature)) {
      return { type: 'thinking', thinking: part.text, signature: part.signature }
    }
    this.drop('reasoning', 'this provider takes back only reasoning that it signed')
    return undefined
  }

  private writeToolCall(part: PartOf<'tool-call'>, path: string): WireBlock {
    checkToolName(part.name, `${path}.name`)
    if (part.signature !== undefined) this.drop('tool_calls.signature', 'this provider has no signatures on tool calls')
    const { input, isWrapped } = parseArguments(part.arguments)
    if (isWrapped) {
      const reason = 'not a JSON object; sent unmended as text under INVALID_JSON'
      this.warnings.push({ type: 'changed', field: 'tool_calls.arguments', reason })
    }
    return { type: 'tool_use', id: this.writeId(part.id), name: part.name, input }
  }

  private writeToolResult(part: PartOf<'tool-result'>, path: string): WireBlock {
    const content = this.write(part.content, `${path}.content`)
    return {
      type: 'tool_result',
      tool_use_id: this.writeId(part.callId),
      ...(content.length > 0 ? { content } : {}),
      ...(part.isError === undefined ? {} : { is_error: part.isError }),
    }
  }

  /** Ids have a narrow alphabet here; calls and results go through the same reversible spelling. */
  private writeId(id: string): string {
    if (/^[a-zA-Z0-9_-]+$/.test(id)) return id
    this.warnings.push({
      type: 'changed',
      field: 'tool_calls.id',
      reason: 'characters this provider refuses were spelled out',
    })
    return id === '' ? '_' : id.replace(/[^a-zA-Z0-9_-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`)
  }

  private writeOther(part: PartOf<'other'>): WireBlock | undefined {
    const own = ownFields(part.carry)
    if (own && typeof own.type === 'string') return { ...own, type: own.type }
    const type = part.carry?.fields.type
    this.drop(typeof type === 'string' ? type : 'content', 'only the wire it came from understands this content')
    return undefined
  }

  private drop(field: string, reason: string): void {
    this.warnings.push({ type: 'dropped', field, reason })
  }
}

function unsupported(path: string, why: string): GatewayError {
  return new GatewayError('unsupported_parameter', `${path} cannot be sent: ${why}`, { param: path })
}
