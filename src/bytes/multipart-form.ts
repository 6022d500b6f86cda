/** Reads, edits and writes multipart/form-data (RFC 7578) in memory; an edit leaves the bytes of every other part alone. */
import { isUtf8 } from 'node:buffer'
import { GatewayError } from '../errors.ts'

/** More parts than any endpoint takes: 16 images and two dozen fields. */
const maxParts = 256
const maxHeadBytes = 8 * 1024
/** RFC 2046 §5.1.1 allows 70; some clients write more. */
const maxBoundaryCharacters = 200

/** A file of a form. In JSON it is a description; the bytes stay out of logs, checks and copies. */
export class FormFile {
  readonly filename: string
  readonly contentType: string
  readonly byteLength: number
  readonly #bytes: Uint8Array

  constructor(filename: string, contentType: string, bytes: Uint8Array) {
    this.filename = filename
    this.contentType = contentType
    this.byteLength = bytes.byteLength
    this.#bytes = bytes
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }
}

/** One part, its name as it is written: `image[]` keeps its brackets. */
export interface FormPart {
  readonly name: string
  readonly value: string | FormFile
}

type Fields = Readonly<Record<string, unknown>>

/**
 * The fields by their names: texts and files, and lists of them where a name comes twice or ends in `[]` (which is left
 * off). Throws `invalid_request` that says what is wrong.
 */
export function readFields(body: Uint8Array, contentType: string): Record<string, unknown> {
  const fields = new Map<string, unknown>()
  for (const { name, value } of readParts(body, contentType)) {
    const key = keyOf(name)
    const known = fields.get(key)
    const list = Array.isArray(known) ? known : known === undefined ? [] : [known]
    fields.set(key, name === key && known === undefined ? value : [...list, value])
  }
  return Object.fromEntries(fields)
}

export function readParts(body: Uint8Array, contentType: string): readonly FormPart[] {
  return placeParts(body, boundaryOf(contentType)).places.map(({ name, value }) => ({ name, value }))
}

/**
 * Sets or removes (`undefined`, `null`) fields by their names. Lists become one part for each item, objects JSON text.
 *
 * `editForm(body, contentType, { model: 'whisper-1', prompt: undefined })`
 */
export function editForm(body: Uint8Array, contentType: string, edits: Fields): Uint8Array {
  const boundary = boundaryOf(contentType)
  const { places, end } = placeParts(body, boundary)
  const source = viewOf(body)
  const pieces: Uint8Array[] = []
  const written = new Set<string>()
  let kept = 0
  let isChanged = false
  const replace = (from: number, to: number, parts: readonly FormPart[]) => {
    pieces.push(source.subarray(kept, from), ...parts.map((part) => writePart(part, boundary)))
    kept = to
    isChanged = true
  }
  for (const place of places) {
    const key = keyOf(place.name)
    if (!Object.hasOwn(edits, key)) continue
    const wanted = written.has(key) ? [] : partsOf(place.name, edits[key])
    written.add(key)
    const isSame = wanted.length === 1 && wanted[0]?.value === place.value
    if (!isSame) replace(place.start, place.end, wanted)
  }
  for (const [key, value] of Object.entries(edits)) {
    if (written.has(key)) continue
    const wanted = partsOf(Array.isArray(value) ? `${key}[]` : key, value)
    if (wanted.length > 0) replace(end, end, wanted)
  }
  return isChanged ? Buffer.concat([...pieces, source.subarray(kept)]) : body
}

/** A form of these parts, with a boundary that none of them holds. */
export function writeForm(parts: readonly FormPart[]): { readonly contentType: string; readonly bytes: Uint8Array } {
  let boundary = 'form-part'
  const isHeld = ({ value }: FormPart) =>
    typeof value === 'string' ? value.includes(boundary) : viewOf(value.bytes).includes(boundary)
  for (let number = 1; parts.some(isHeld); number++) boundary = `form-part-${number}`
  const bytes = Buffer.concat([...parts.map((part) => writePart(part, boundary)), Buffer.from(`--${boundary}--\r\n`)])
  return { contentType: `multipart/form-data; boundary=${boundary}`, bytes }
}

/** Where a part is: from its delimiter to the next one's. */
interface Place extends FormPart {
  readonly start: number
  readonly end: number
}

function boundaryOf(contentType: string): string {
  const boundary = readParameters(contentType, 'the content-type of the form').get('boundary') ?? ''
  if (boundary !== '' && boundary.length <= maxBoundaryCharacters) return boundary
  throw invalid(
    boundary === ''
      ? "the content-type multipart/form-data names no boundary; let the HTTP client write it, as in 'multipart/form-data; boundary=…'"
      : `the boundary of the form has ${boundary.length} characters; ${maxBoundaryCharacters} are allowed`,
  )
}

interface Delimiter {
  /** Of its two hyphens. */
  readonly start: number
  /** Behind its line. */
  readonly next: number
  readonly isLast: boolean
}

/** `end` is where the closing delimiter begins. */
function placeParts(body: Uint8Array, boundary: string): { readonly places: readonly Place[]; readonly end: number } {
  const source = viewOf(body)
  const places: Place[] = []
  let opening = findDelimiter(source, 0, boundary)
  if (opening === undefined) throw invalid(`the form does not hold its boundary '${boundary.slice(0, 80)}'`)
  while (!opening.isLast) {
    const closing = findDelimiter(source, opening.next - 2, boundary)
    if (closing === undefined)
      throw invalid(`the form is cut: part ${places.length + 1} has no end, '--${boundary.slice(0, 80)}--' is missing`)
    if (places.length >= maxParts) throw invalid(`the form has more than ${maxParts} parts`)
    places.push({
      ...readPart(source.subarray(opening.next, closing.start - 2), places.length + 1),
      ...between(opening, closing),
    })
    opening = closing
  }
  return { places, end: opening.start }
}

function between(opening: Delimiter, closing: Delimiter): Pick<Place, 'start' | 'end'> {
  return { start: opening.start, end: closing.start }
}

/** At the start of the body or of a line, and followed by nothing but its end. What others may take for one is refused: a field that only they see would be a field that nobody has checked. */
function findDelimiter(source: Buffer, from: number, boundary: string): Delimiter | undefined {
  const dashed = Buffer.from(`--${boundary}`)
  for (let at = source.indexOf(dashed, from); at !== -1; at = source.indexOf(dashed, at + 1)) {
    const isInLine = at > 0 && source[at - 1] !== 0x0d && source[at - 1] !== 0x0a
    if (isInLine) continue
    const after = at + dashed.length
    const rest = /^(--)?[ \t]*(\r\n|$)/.exec(source.toString('latin1', after, after + 64))
    const isCut =
      rest === null
        ? after + 64 > source.length && !source.subarray(after).includes('\n')
        : rest[1] === undefined && rest[2] === ''
    if (isCut) continue
    if (rest === null || (at > 0 && !(source[at - 2] === 0x0d && source[at - 1] === 0x0a)))
      throw invalid(
        `the form has its boundary at byte ${at} where no part begins; lines end in CR LF, and no content may hold the boundary`,
      )
    return { start: at, next: after + rest[0].length, isLast: rest[1] !== undefined }
  }
  return undefined
}

function readPart(part: Buffer, number: number): FormPart {
  const blank = part.indexOf('\r\n\r\n')
  const isHeadless = part.subarray(0, 2).toString('latin1') === '\r\n'
  if (blank === -1 || blank > maxHeadBytes || isHeadless)
    throw invalid(`part ${number} of the form has no headers that end in an empty line within ${maxHeadBytes} bytes`)
  const head = part.toString('utf8', 0, blank)
  const content = part.subarray(blank + 4)
  const dispositions = [...head.matchAll(/^content-disposition:[ \t]*(form-data[ \t]*;.*)$/gim)]
  const parameters = readParameters(dispositions[0]?.[1] ?? '', `part ${number} of the form`)
  const name = dispositions.length === 1 ? parameters.get('name') : undefined
  if (name === undefined)
    throw invalid(
      `part ${number} of the form has no name; its headers must say 'Content-Disposition: form-data; name="…"'`,
    )
  const filename = parameters.get('filename') ?? parameters.get('filename*')
  if (filename !== undefined) {
    const type = /^content-type:[ \t]*(.*?)[ \t]*$/im.exec(head)?.[1]
    return { name, value: new FormFile(filename, type ?? 'application/octet-stream', content) }
  }
  if (!isUtf8(content)) throw invalid(`the form field '${name.slice(0, 80)}' is neither UTF-8 text nor a file`)
  return { name, value: content.toString('utf8') }
}

/** `; name="value"` after a first word, each name once. Quotes inside are `%22` in browsers (WHATWG), `\"` in other clients. */
function readParameters(header: string, where: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  const pattern = /[ \t]*;[ \t]*(?:([\w*-]+)=(?:"((?:\\.|[^"\\])*)"|([^;\s"]*)))?[ \t]*/y
  pattern.lastIndex = header.search(/;|$/)
  while (pattern.lastIndex < header.length) {
    const from = pattern.lastIndex
    const [, name, quoted, plain = ''] = pattern.exec(header) ?? []
    if (pattern.lastIndex === 0)
      throw invalid(`${where} has a header that cannot be read at '${header.slice(from, from + 40)}'`)
    const key = name?.toLowerCase()
    if (key === undefined) continue
    if (parameters.has(key)) throw invalid(`${where} says '${key}' twice`)
    const value = quoted?.replace(/\\(["\\])/g, '$1') ?? plain
    parameters.set(key, value.replace(/%22|%0D|%0A/gi, decodeURIComponent))
  }
  return parameters
}

function partsOf(name: string, value: unknown): readonly FormPart[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item: unknown) => partsOf(name, item))
  if (typeof value === 'string' || value instanceof FormFile) return [{ name, value }]
  return [{ name, value: typeof value === 'object' ? JSON.stringify(value) : String(value) }]
}

function writePart({ name, value }: FormPart, boundary: string): Buffer {
  const file = value instanceof FormFile ? value : undefined
  const content = file === undefined ? Buffer.from(value as string) : viewOf(file.bytes)
  if (content.includes(`--${boundary}`))
    throw invalid(
      `the form field '${name.slice(0, 80)}' holds the boundary of its form; send the form with another one`,
    )
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="${escaped(name)}"${file === undefined ? '' : `; filename="${escaped(file.filename)}"`}`,
    ...(file === undefined ? [] : [`Content-Type: ${file.contentType.replace(/[\r\n]/g, ' ')}`]),
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), content, Buffer.from('\r\n')])
}

function escaped(text: string): string {
  return text.replace(/["\r\n]/g, (character) => encodeURIComponent(character))
}

function keyOf(name: string): string {
  return name.endsWith('[]') ? name.slice(0, -2) : name
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
