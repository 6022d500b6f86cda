/** Media types in this wire's words. */
import { GatewayError } from '../../errors.ts'

const imageFormats: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/jpg', 'jpeg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
])

const documentFormats: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/html', 'html'],
  ['text/plain', 'txt'],
  ['text/markdown', 'md'],
])

export function imageFormatOf(mediaType: string, path: string): string {
  const format = imageFormats.get(mediaType.toLowerCase())
  if (format !== undefined) return format
  throw wrongType(path, mediaType, [...imageFormats.keys()])
}

/** Other text is plain text; a file name helps where the type says nothing. */
export function documentFormatOf(mediaType: string, name: string | undefined, path: string): string {
  const format = documentFormats.get(mediaType.toLowerCase())
  if (format !== undefined) return format
  const ending = /\.([a-z]{2,4})$/i.exec(name ?? '')?.[1]?.toLowerCase()
  if (ending !== undefined && [...documentFormats.values()].includes(ending)) return ending
  if (mediaType.startsWith('text/')) return 'txt'
  throw wrongType(path, mediaType, [...documentFormats.keys()])
}

export function dataUrl(url: string): { readonly mediaType: string; readonly base64: string } | undefined {
  const match = /^data:([^;,]+)(?:;[^;,]+)*;base64,(.*)$/s.exec(url)
  return match ? { mediaType: match[1] as string, base64: match[2] as string } : undefined
}

function wrongType(path: string, mediaType: string, allowed: readonly string[]): GatewayError {
  return new GatewayError(
    'unsupported_parameter',
    `${path} is of type '${mediaType.slice(0, 80)}'; this provider takes ${allowed.join(', ')}`,
    { param: path },
  )
}
