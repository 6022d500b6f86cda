/** Media types by the endings of file names. */

const types: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  heic: 'image/heic',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  xml: 'text/xml',
  json: 'application/json',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
}

/** undefined = the name says nothing. */
export function typeOfName(name: string | undefined): string | undefined {
  const ending = /\.([a-z0-9]{2,4})$/i.exec(name ?? '')?.[1]?.toLowerCase()
  return ending !== undefined && Object.hasOwn(types, ending) ? types[ending] : undefined
}

const applications: ReadonlySet<string> = new Set([
  'application/json',
  'application/xml',
  'application/yaml',
  'application/x-yaml',
  'application/javascript',
  'application/x-ndjson',
])

export function isTextType(mediaType: string): boolean {
  return mediaType.startsWith('text/') || applications.has(mediaType.split(';', 1)[0] as string)
}

const signatures: readonly (readonly [start: string, type: string])[] = [
  ['JVBERi', 'application/pdf'],
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
]

/** What the first bytes of base64 tell; undefined = nothing that is known. */
export function typeOfContent(base64: string): string | undefined {
  return signatures.find(([start]) => base64.startsWith(start))?.[1]
}
