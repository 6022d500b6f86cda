/** Writes one neutral part as a content part of a provider's request. */
import { GatewayError } from '../../errors.ts'
import type { Part, Source, Warning } from '../../inference/index.ts'
import { present, textOr } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { ownFields } from './wire.ts'

type PartOf<T extends Part['type']> = Extract<Part, { type: T }>

/** undefined = the wire has nothing for it; `warn` was told why. Throws `unsupported_parameter` for what cannot be left out. */
export function writePart(part: Part, path: string, warn: (warning: Warning) => void): JsonObject | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: part.text }
    case 'image':
      return writeImage(part, path)
    case 'document':
      return writeDocument(part, path, warn)
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.base64, format: part.format } }
    case 'other': {
      const own = ownFields(part.carry)
      const field = `messages.content.${textOr(part.carry?.fields.type, 'other')}`
      if (!own) warn({ type: 'dropped', field, reason: 'this API has no such kind of content' })
      return own
    }
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      warn({ type: 'dropped', field: `messages.content.${part.type}`, reason: 'it has no place in this message' })
      return undefined
  }
}

function writeImage(part: PartOf<'image'>, path: string): JsonObject {
  const { source, detail } = part
  if (source.type === 'text') throw unsupported(path, 'an image must be a url, base64 or a file id')
  if (source.type === 'file') return { type: 'file', file: { file_id: source.fileId } }
  const url = source.type === 'url' ? source.url : dataUrl(source)
  return { type: 'image_url', image_url: present({ url, detail }) }
}

/** Text goes as text; other documents inline or by file id. */
function writeDocument(part: PartOf<'document'>, path: string, warn: (warning: Warning) => void): JsonObject {
  const { source, name } = part
  switch (source.type) {
    case 'file':
      return { type: 'file', file: present({ file_id: source.fileId, filename: name }) }
    case 'text':
      return writeTextDocument(source.text, name, warn)
    case 'base64':
      if (source.mediaType.startsWith('text/')) {
        return writeTextDocument(Buffer.from(source.base64, 'base64').toString('utf8'), name, warn)
      }
      return { type: 'file', file: { filename: name ?? 'document.pdf', file_data: dataUrl(source) } }
    case 'url':
      throw unsupported(path, `this API takes no documents by url; send '${source.url.slice(0, 100)}' inline as base64`)
  }
}

function writeTextDocument(text: string, name: string | undefined, warn: (warning: Warning) => void): JsonObject {
  const reason = 'this API has no text documents; sent as a text part'
  warn({ type: 'changed', field: 'messages.content.document', reason })
  return { type: 'text', text: name === undefined ? text : `${name}:\n${text}` }
}

function dataUrl(source: Extract<Source, { type: 'base64' }>): string {
  return source.base64.startsWith('data:') ? source.base64 : `data:${source.mediaType};base64,${source.base64}`
}

function unsupported(path: string, message: string): GatewayError {
  return new GatewayError('unsupported_parameter', `${path}: ${message}`, { param: path })
}
