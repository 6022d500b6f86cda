/** Edits top-level keys of JSON text and leaves every other byte alone; reads a JSON body strictly. */
import { isUtf8 } from 'node:buffer'
import { GatewayError } from '../errors.ts'
import { parseExact, roundedNumber } from './exact-json.ts'

const maxDepth = 500
/** No API has as many; 200,000 of them held the process for seconds. */
const maxMembers = 10_000
/** Above this the place of a syntax error is not worth the search. */
const maxSearchedText = 256 * 1024

const quote = 0x22
const comma = 0x2c
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const colon = 0x3a

/** A body as an object. Throws `invalid_request` that says what is wrong and where. */
export function parseJsonObject(body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) throw invalid('the request body is empty; send a JSON object')
  if (!isUtf8(body)) throw invalid('the request body is not valid UTF-8; send JSON encoded as UTF-8')
  const decoded = viewOf(body).toString('utf8')
  const text = decoded.startsWith('\uFEFF') ? decoded.slice(1) : decoded
  let value: unknown
  try {
    value = parseExact(text)
  } catch (thrown) {
    throw invalid(`the request body is not valid JSON: ${syntaxProblem((thrown as Error).message, text)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`the request body must be a JSON object, got ${kindOf(value)}`)
  }
  checkShape(value, maxDepth)
  return withPlainSettings(value as Record<string, unknown>)
}

/** Settings stand at the top, and are read as numbers. */
function withPlainSettings(body: Record<string, unknown>): Record<string, unknown> {
  for (const key in body) {
    if (typeof body[key] === 'object') body[key] = roundedNumber(body[key])
  }
  return body
}

/**
 * Sets or removes (`undefined`) top-level keys in the text of a JSON object. Every occurrence of a key is edited,
 * however its letters are escaped; new keys go to the end. Of any other key that is said twice the last one stays,
 * which is the one that readers here have judged. Doing it twice changes nothing more.
 *
 * `editTopLevel(body, { model: 'gpt-5', user: undefined })`
 */
export function editTopLevel(body: Uint8Array, edits: Readonly<Record<string, unknown>>): Uint8Array {
  const source = viewOf(body)
  const wanted = new Map(
    Object.entries(edits).map(([key, value]) => [key, value === undefined ? undefined : JSON.stringify(value)]),
  )
  if (wanted.size === 0) return body
  const members = readMembers(source)
  const lastOf = new Map(members.map(({ key }, index) => [key, index]))
  const found = new Set<string>()
  const pieces: (Buffer | string)[] = [source.subarray(0, members.at(0)?.start ?? afterOpenBrace(source))]
  let isChanged = false
  let kept = 0
  for (const [index, member] of members.entries()) {
    const isWanted = wanted.has(member.key)
    const text = wanted.get(member.key)
    if (isWanted) found.add(member.key)
    if ((isWanted && text === undefined) || (!isWanted && lastOf.get(member.key) !== index)) {
      isChanged = true
      continue
    }
    const from = kept++ === 0 ? member.start : (members[index - 1] as Member).end
    if (text === undefined || source.toString('utf8', member.valueStart, member.end) === text) {
      pieces.push(source.subarray(from, member.end))
    } else {
      pieces.push(source.subarray(from, member.valueStart), text)
      isChanged = true
    }
  }
  for (const [key, text] of wanted) {
    if (text === undefined || found.has(key)) continue
    pieces.push(`${kept++ === 0 ? '' : ','}${JSON.stringify(key)}:${text}`)
    isChanged = true
  }
  if (!isChanged) return body
  pieces.push(source.subarray(members.at(-1)?.end ?? afterOpenBrace(source)))
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
}

interface Member {
  readonly key: string
  readonly start: number
  readonly valueStart: number
  readonly end: number
}

function readMembers(source: Buffer): Member[] {
  const members: Member[] = []
  let at = skipSpace(source, afterOpenBrace(source))
  while (source[at] === quote) {
    const keyEnd = stringEnd(source, at)
    const separator = skipSpace(source, keyEnd)
    if (source[separator] !== colon) throw broken(separator)
    const valueStart = skipSpace(source, separator + 1)
    const end = valueEnd(source, valueStart)
    members.push({ key: readKey(source, at, keyEnd), start: at, valueStart, end })
    at = skipSpace(source, end)
    if (source[at] === closeBrace) return members
    if (source[at] !== comma) throw broken(at)
    at = skipSpace(source, at + 1)
  }
  if (source[at] !== closeBrace || members.length > 0) throw broken(at)
  return members
}

function readKey(source: Buffer, start: number, end: number): string {
  const raw = source.toString('utf8', start + 1, end - 1)
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
}

function afterOpenBrace(source: Buffer): number {
  const hasMark = source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf
  const at = skipSpace(source, hasMark ? 3 : 0)
  if (source[at] !== openBrace) throw broken(at)
  return at + 1
}

function skipSpace(source: Buffer, from: number): number {
  let at = from
  while (isSpace(source[at])) at += 1
  return at
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** The place behind the closing quote of the string that opens at `start`. */
function stringEnd(source: Buffer, start: number): number {
  let at = start
  for (;;) {
    at = source.indexOf(quote, at + 1)
    if (at === -1) throw broken(source.length)
    let slashes = 0
    while (source[at - 1 - slashes] === backslash) slashes += 1
    if (slashes % 2 === 0) return at + 1
  }
}

function valueEnd(source: Buffer, start: number): number {
  const first = source[start]
  if (first === quote) return stringEnd(source, start)
  let at = start
  if (first !== openBrace && first !== openBracket) {
    while (at < source.length && !endsScalar(source[at])) at += 1
    if (at === start) throw broken(at)
    return at
  }
  let depth = 0
  while (at < source.length) {
    const byte = source[at]
    if (byte === quote) {
      at = stringEnd(source, at)
      continue
    }
    at += 1
    if (byte === openBrace || byte === openBracket) depth += 1
    else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return at
  }
  throw broken(at)
}

function endsScalar(byte: number | undefined): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket || isSpace(byte)
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Throws where objects lie in each other too deep, or one has too many keys: each later look at it would take as long again. */
function checkShape(value: unknown, levels: number): void {
  if (typeof value !== 'object' || value === null) return
  if (levels === 0) throw invalid(`the request body is nested more than ${maxDepth} levels deep; send a flatter one`)
  if (Array.isArray(value)) {
    for (const item of value) checkShape(item, levels - 1)
    return
  }
  let members = 0
  for (const key in value) {
    members += 1
    if (members > maxMembers)
      throw invalid(
        `an object in the request body has more than ${maxMembers} keys; send what the endpoint takes, or an array`,
      )
    checkShape((value as Record<string, unknown>)[key], levels - 1)
  }
}

function syntaxProblem(message: string, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1]
  if (message.startsWith('Unexpected end') || position === String(text.length)) {
    return `it ends too early, after ${text.length} characters`
  }
  const token = /^Unexpected token (.+?), /s.exec(message)?.[1]
  if (token !== undefined) {
    return `unexpected ${token}${text.length > maxSearchedText ? '' : ` at position ${syntaxErrorAt(text)}`}`
  }
  return message.charAt(0).toLowerCase() + message.slice(1).replace(' in JSON at', ' at')
}

/** The engine names no position for an unexpected token: find the shortest beginning that has one. */
function syntaxErrorAt(text: string): number {
  let good = 0
  let bad = text.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (hasUnexpectedToken(text.slice(0, middle))) bad = middle
    else good = middle
  }
  return bad - 1
}

function hasUnexpectedToken(text: string): boolean {
  try {
    JSON.parse(text)
    return false
  } catch (thrown) {
    return (thrown as Error).message.startsWith('Unexpected token')
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}

function broken(at: number): GatewayError {
  return invalid(`the request body is not a valid JSON object at byte ${at}`)
}
