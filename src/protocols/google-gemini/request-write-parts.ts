/** Writes neutral parts of content (not calls, results or thinking) as parts of a provider's request. */
import { GatewayError } from '../../errors.ts'
import type { Part, Source, Warning } from '../../inference/index.ts'
import { present } from '../fields.ts'
import { ownFields, type WirePart } from './wire.ts'

type PartOf<T extends Part['type']> = Extract<Part, { type: T }>

export type ContentPart = Exclude<Part, PartOf<'reasoning'> | PartOf<'tool-call'> | PartOf<'tool-result'>>

const dataUrl = /^data:([^;,]+)(?:;[^;,]+)*;base64,(.*)$/s

/** By the last letters of an address. */
const typeOfExtension: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  html: 'text/html',
  csv: 'text/csv',
  json: 'application/json',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
}
const typesOfAudio: ReadonlyMap<string, string> = new Map([
  ['mp3', 'audio/mpeg'],
  ['wav', 'audio/wav'],
  ['m4a', 'audio/m4a'],
])

/** undefined = nothing to send; `warnings` were told why. Throws `unsupported_parameter` for what cannot be left out. */
export function writePart(part: ContentPart, path: string, warnings: Warning[]): WirePart | undefined {
  const drop = (field: string, reason: string) => warnings.push({ type: 'dropped', field, reason })
  if (part.cache) drop('cache_control', 'caching needs no marks in this API')
  if (part.type !== 'other' && part.carry && !ownFields(part.carry)) {
    for (const key of Object.keys(part.carry.fields)) drop(key, 'this provider has no such field')
  }
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? undefined : { text: part.text }
    case 'image':
      if (part.detail !== undefined && part.detail !== 'auto') {
        drop('image_url.detail', 'this provider has its detail for all media at once')
      }
      return writeSource(part.source, 'image/jpeg', path)
    case 'document':
      if (part.name !== undefined && part.source.type !== 'text') {
        drop('messages.content.document.name', 'this provider has no names for files')
      }
      return writeDocument(part, path)
    case 'audio':
      return inline(typesOfAudio.get(part.format) ?? `audio/${part.format}`, part.base64)
    case 'other': {
      const own = ownFields(part.carry)
      const type = part.carry?.fields.type
      if (!own) drop(typeof type === 'string' ? type : 'content', 'only the wire it came from understands this content')
      return own
    }
  }
}

function writeDocument(part: PartOf<'document'>, path: string): WirePart {
  if (part.source.type === 'text') {
    return { text: part.name === undefined ? part.source.text : `${part.name}:\n${part.source.text}` }
  }
  return writeSource(part.source, 'application/pdf', path)
}

/** `fallback` is the type where an address does not tell it. */
function writeSource(source: Source, fallback: string, path: string): WirePart {
  switch (source.type) {
    case 'base64':
      return inline(source.mediaType, source.base64)
    case 'text':
      return { text: source.text }
    case 'url': {
      const found = dataUrl.exec(source.url)
      if (found) return inline(found[1] as string, found[2] as string)
      return { fileData: present({ mimeType: typeOfUrl(source.url) ?? fallback, fileUri: source.url }) }
    }
    case 'file':
      if (/^(?:https?|gs):\/\//.test(source.fileId)) {
        return { fileData: present({ mimeType: typeOfUrl(source.fileId), fileUri: source.fileId }) }
      }
      throw new GatewayError(
        'unsupported_parameter',
        `${path} names the file '${source.fileId.slice(0, 60)}', which this provider does not know; give its own address of a file or send it inline`,
        { param: path },
      )
  }
}

function inline(mimeType: string, base64: string): WirePart {
  const found = dataUrl.exec(base64)
  return { inlineData: { mimeType, data: found ? found[2] : base64 } }
}

function typeOfUrl(url: string): string | undefined {
  const path = URL.parse(url)?.pathname ?? url
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(typeOfExtension, extension) ? typeOfExtension[extension] : undefined
}
