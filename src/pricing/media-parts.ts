/** Finds pictures, sound and documents among the parts of a message, in every wire's spelling. */
import { member } from './members.ts'

export interface MediaPart {
  readonly kind: 'image' | 'audio' | 'document'
  /** Base64; absent = given by address, or by an id that the provider knows. */
  readonly data?: string
}

/** What other providers of OpenAI's wire take by address: films, sound, papers. */
const fetched = /^(?:video|audio|document|file)_url$/

/** undefined = not a media part; its bytes are text. */
export function mediaPartOf(part: unknown): MediaPart | undefined {
  const type = member(part, 'type')
  const source = member(part, 'source')
  if (type === 'image_url') return media('image', inlineUrl(urlOf(member(part, 'image_url'))))
  if (type === 'input_image') return media('image', inlineUrl(member(part, 'image_url')))
  if (type === 'input_file') return media('document', inlineData(member(part, 'file_data')))
  if (type === 'image') return media('image', member(source, 'data'))
  if (type === 'input_audio') return media('audio', member(member(part, 'input_audio'), 'data'))
  if (type === 'file') return media('document', inlineData(member(member(part, 'file'), 'file_data')))
  if (typeof type === 'string' && fetched.test(type)) return media('document', inlineData(urlOf(member(part, type))))
  const inline = eitherOf(part, 'inlineData', 'inline_data')
  if (inline !== undefined) return inlineMedia(inline)
  if (eitherOf(part, 'fileData', 'file_data') !== undefined) return { kind: 'document' }
  const isText = ['text', 'content'].includes(String(member(source, 'type')))
  return type === 'document' && !isText ? media('document', member(source, 'data')) : undefined
}

/** Google's parts, whose type stands beside their bytes. */
function inlineMedia(inline: unknown): MediaPart {
  const data = member(inline, 'data')
  const type = String(eitherOf(inline, 'mimeType', 'mime_type'))
  if (type.startsWith('image/')) return media('image', data)
  return media(type.startsWith('audio/') ? 'audio' : 'document', data)
}

export function eitherOf(value: unknown, camel: string, snake: string): unknown {
  return member(value, camel) ?? member(value, snake)
}

/** Anything but base64 is no data: what is not an encoding could be read as text, so it counts as text. */
function media(kind: MediaPart['kind'], data: unknown): MediaPart {
  const isEncoded = typeof data === 'string' && data !== '' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(data)
  return isEncoded ? { kind, data } : { kind }
}

function urlOf(image: unknown): unknown {
  return typeof image === 'string' ? image : member(image, 'url')
}

/** The base64 of a `data:` address, or the text itself. */
function inlineData(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('data:')) return value
  return value.slice(value.indexOf(',') + 1)
}

/** Only of a `data:` address: any other is fetched by the provider. */
function inlineUrl(url: unknown): unknown {
  return typeof url === 'string' && url.startsWith('data:') ? inlineData(url) : undefined
}
