/** Writes neutral parts as content blocks of a provider's request. */
import { createHash } from 'node:crypto'
import { GatewayError } from '../../errors.ts'
import type { CacheMark, Part, Source, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { parseArguments } from '../anthropic-messages/wire.ts'
import type { JsonObject } from '../protocol.ts'
import { isMarkedSignature } from '../signature.ts'
import { dataUrl, documentFormatOf, imageFormatOf } from './media.ts'

/** A union: one member says what it is. */
export type ConverseBlock = JsonObject

type PartOf<T extends Part['type']> = Extract<Part, { type: T }>

export function writeCachePoint(cache: CacheMark): ConverseBlock {
  return { cachePoint: { type: 'default', ...(cache.ttl ? { ttl: cache.ttl } : {}) } }
}

export class PartWriter {
  private readonly traits: ModelTraits
  private readonly warnings: Warning[]
  private readonly documentNames = new Set<string>()

  constructor(traits: ModelTraits, warnings: Warning[]) {
    this.traits = traits
    this.warnings = warnings
  }

  write(parts: readonly Part[], path: string): ConverseBlock[] {
    return parts.flatMap((part, at) => {
      const block = this.writePart(part, `${path}.${at}`)
      if (!block) return []
      if (part.type !== 'other') {
        for (const key of Object.keys(part.carry?.fields ?? {})) this.drop(key, 'this provider has no such field')
      }
      return [block, ...this.writeCache(part.cache)]
    })
  }

  writeSystem(parts: readonly Part[], path: string): ConverseBlock[] {
    for (const [at, part] of parts.entries()) {
      if (part.type !== 'text')
        throw unsupported(`${path}.${at}`, `system messages hold text only for this provider; got ${part.type}`)
    }
    return this.write(parts, path)
  }

  private writeCache(cache: CacheMark | undefined): readonly ConverseBlock[] {
    if (cache === undefined) return []
    if (this.traits.cacheMarks !== 'none') return [writeCachePoint(cache)]
    this.drop('cache_control', 'this model has no cache marks')
    return []
  }

  private writePart(part: Part, path: string): ConverseBlock | undefined {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return part.text.trim() === '' ? undefined : { text: part.text }
      case 'image':
        return this.writeImage(part, path)
      case 'document':
        return this.writeDocument(part, path)
      case 'audio':
        return { audio: { format: part.format, source: { bytes: part.base64 } } }
      case 'reasoning':
        return this.writeReasoning(part)
      case 'tool-call':
        return this.writeToolCall(part)
      case 'tool-result':
        return this.writeToolResult(part, path)
      case 'other':
        return this.writeOther(part)
    }
  }

  private writeImage(part: PartOf<'image'>, path: string): ConverseBlock {
    if (part.detail !== undefined && part.detail !== 'auto')
      this.drop('image_url.detail', 'this provider has one level of detail')
    const { mediaType, base64 } = inlineSource(part.source, path, 'image')
    return { image: { format: imageFormatOf(mediaType, path), source: { bytes: base64 } } }
  }

  private writeDocument(part: PartOf<'document'>, path: string): ConverseBlock {
    const { source } = part
    if (source.type === 'text') {
      const bytes = Buffer.from(source.text, 'utf8').toString('base64')
      return { document: { format: 'txt', name: this.nameDocument(part.name), source: { bytes } } }
    }
    const { mediaType, base64 } = inlineSource(source, path, 'document')
    const format = documentFormatOf(mediaType, part.name, path)
    return { document: { format, name: this.nameDocument(part.name), source: { bytes: base64 } } }
  }

  /** A narrow alphabet, and no name twice in one request. */
  private nameDocument(given: string | undefined): string {
    const stem = (given ?? '').replace(/\.[a-z0-9]{1,5}$/i, '')
    const plain = stem
      .replace(/[^a-zA-Z0-9\s()[\]-]+/g, '-')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 180)
    const base = plain === '' ? 'document' : plain
    let name = base
    for (let count = 2; this.documentNames.has(name); count++) name = `${base} ${count}`
    this.documentNames.add(name)
    return name
  }

  /** Only signed thinking is accepted back, byte for byte. */
  private writeReasoning(part: PartOf<'reasoning'>): ConverseBlock | undefined {
    if (!this.traits.takesReasoning) {
      this.drop('reasoning', 'this model takes no reasoning back')
      return undefined
    }
    if (part.redacted !== undefined) return { reasoningContent: { redactedContent: part.redacted } }
    if (part.signature && !isMarkedSignature(part.signature)) {
      return { reasoningContent: { reasoningText: { text: part.text, signature: part.signature } } }
    }
    this.drop('reasoning', 'this provider takes back only reasoning that it signed')
    return undefined
  }

  private writeToolCall(part: PartOf<'tool-call'>): ConverseBlock {
    if (part.signature !== undefined) this.drop('tool_calls.signature', 'this provider has no signatures on tool calls')
    const { input, isWrapped } = parseArguments(part.arguments)
    if (isWrapped) {
      const reason = 'not a JSON object; sent unmended as text under INVALID_JSON'
      this.warnings.push({ type: 'changed', field: 'tool_calls.arguments', reason })
    }
    return { toolUse: { toolUseId: this.writeId(part.id), name: part.name, input } }
  }

  /** Results hold text, images and documents; the wire wants at least one of them. */
  private writeToolResult(part: PartOf<'tool-result'>, path: string): ConverseBlock {
    const content = part.content.flatMap((each, at) => {
      const block = this.writePart(each, `${path}.content.${at}`)
      return block ? [block] : []
    })
    return {
      toolResult: {
        toolUseId: this.writeId(part.callId),
        content: content.length > 0 ? content : [{ text: '(no content)' }],
        ...(part.isError === true ? { status: 'error' } : {}),
      },
    }
  }

  /** Ids have a narrow alphabet and a length here; calls and results go through the same spelling. */
  private writeId(id: string): string {
    if (/^[a-zA-Z0-9_-]{1,64}$/.test(id)) return id
    const reason = 'characters or a length that this provider refuses were spelled otherwise'
    this.warnings.push({ type: 'changed', field: 'tool_calls.id', reason })
    const hash = createHash('sha256').update(id).digest('hex').slice(0, 16)
    return `${id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 40)}_${hash}`
  }

  private writeOther(part: PartOf<'other'>): ConverseBlock | undefined {
    const type = part.carry?.fields.type
    this.drop(typeof type === 'string' ? type : 'content', 'only the wire it came from understands this content')
    return undefined
  }

  private drop(field: string, reason: string): void {
    this.warnings.push({ type: 'dropped', field, reason })
  }
}

function inlineSource(source: Source, path: string, what: string) {
  if (source.type === 'base64') return source
  const inline = source.type === 'url' ? dataUrl(source.url) : undefined
  if (inline) return inline
  const got = source.type === 'url' ? 'a url' : `a ${source.type}`
  throw unsupported(
    path,
    `this provider fetches nothing and keeps no files, so ${what}s come inline; got ${got}; send the ${what} as base64 or a data url`,
  )
}

function unsupported(path: string, why: string): GatewayError {
  return new GatewayError('unsupported_parameter', `${path} cannot be sent: ${why}`, { param: path })
}
