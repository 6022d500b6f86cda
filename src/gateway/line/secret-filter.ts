/** Takes credentials out of a provider's answer while it passes: everything else stays byte for byte. Knows no wire. */
import type { Awaitable } from '../../awaitable.ts'
import { AwsFramePayloads } from '../../bytes/aws-frame-payloads.ts'
import type { BodyListener, UpstreamBody } from '../ports.ts'

const stars = Buffer.from('*****')
const nothing: Uint8Array = new Uint8Array(0)

/** One for each answer: it keeps the end of a chunk back where a credential may begin there. */
export class SecretFilter {
  readonly #needles: readonly Buffer[]
  readonly #isInside: Uint8Array
  #held = Buffer.from(nothing)

  constructor(secrets: readonly string[]) {
    const { needles, isInside } = needlesOf(secrets)
    this.#needles = needles
    this.#isInside = isInside
  }

  /** What may go on; empty = nothing yet. */
  push(chunk: Uint8Array): Uint8Array {
    const isWhole = this.#held.length === 0
    const bytes = isWhole
      ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      : Buffer.concat([this.#held, chunk])
    const clean = this.#needles.reduce(withoutNeedle, bytes)
    const keep = this.#lengthOfBeginning(clean)
    this.#held = Buffer.from(clean.subarray(clean.length - keep))
    if (keep > 0) return clean.subarray(0, clean.length - keep)
    return isWhole && clean === bytes ? chunk : clean
  }

  /** What was kept back is no credential after all. */
  end(): Uint8Array {
    const rest = this.#held
    this.#held = Buffer.from(nothing)
    return rest
  }

  /** How much of the end may be the beginning of a credential. */
  #lengthOfBeginning(bytes: Buffer): number {
    const last = bytes.at(-1)
    if (last === undefined || this.#isInside[last] === 0) return 0
    return Math.max(0, ...this.#needles.map((needle) => beginningAtEnd(bytes, needle)))
  }
}

function withoutNeedle(bytes: Buffer, needle: Buffer): Buffer {
  let at = bytes.indexOf(needle)
  if (at < 0) return bytes
  const parts: Buffer[] = []
  let from = 0
  for (; at >= 0; at = bytes.indexOf(needle, from)) {
    parts.push(bytes.subarray(from, at), stars)
    from = at + needle.length
  }
  parts.push(bytes.subarray(from))
  return Buffer.concat(parts)
}

function beginningAtEnd(bytes: Buffer, needle: Buffer): number {
  const first = needle[0] ?? 0
  const start = Math.max(0, bytes.length - needle.length + 1)
  for (let at = bytes.indexOf(first, start); at >= 0; at = bytes.indexOf(first, at + 1))
    if (bytes.compare(needle, 0, bytes.length - at, at) === 0) return bytes.length - at
  return 0
}

/** What JSON writers escape beyond what they must: PHP, Go, Gson, .NET. */
const escapesOfWriters: readonly (readonly [RegExp, (letter: string) => string])[] = [
  [/\//g, () => '\\/'],
  [/[&<>]/g, (letter) => `\\u00${hexOf(letter)}`],
  [/[&<=>']/g, (letter) => `\\u00${hexOf(letter)}`],
  [/[&+<>']/g, (letter) => `\\u00${hexOf(letter).toUpperCase()}`],
]

function hexOf(letter: string): string {
  return letter.charCodeAt(0).toString(16)
}

interface SecretNeedles {
  readonly secrets: readonly string[]
  readonly needles: readonly Buffer[]
  /** By byte: can a credential go on after it? */
  readonly isInside: Uint8Array
}

/** The last lists of secrets that were looked for: targets are few and their credentials stay. Bounded, for a client may bring its own. */
const recentNeedles: SecretNeedles[] = []
const mostRecentNeedles = 16

function needlesOf(secrets: readonly string[]): SecretNeedles {
  const known = recentNeedles.find((one) => isSameList(one.secrets, secrets))
  if (known !== undefined) return known
  const needles = spellingsOf(secrets).map((each) => Buffer.from(each))
  const isInside = new Uint8Array(256)
  for (const needle of needles) for (const byte of needle.subarray(0, -1)) isInside[byte] = 1
  const made = { secrets, needles, isInside }
  recentNeedles.unshift(made)
  recentNeedles.splice(mostRecentNeedles)
  return made
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((each, at) => each === right[at])
}

/** As it is, inside JSON of several writers and inside an address; the longest first, for one may begin with another. */
function spellingsOf(secrets: readonly string[]): readonly string[] {
  const all = secrets.flatMap((secret) => {
    const inJson = JSON.stringify(secret).slice(1, -1)
    const inOtherJson = escapesOfWriters.map(([letters, spell]) => inJson.replace(letters, spell))
    return [secret, inJson, ...inOtherJson, encodeURIComponent(secret.toWellFormed())]
  })
  return [...new Set(all)].sort((left, right) => right.length - left.length)
}

export function textWithoutSecrets(text: string, secrets: readonly string[]): string {
  if (!secrets.some((secret) => text.includes(secret))) return text
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '*****'), text)
}

interface ChunkFilter {
  push(chunk: Uint8Array): Uint8Array
  end(): Uint8Array
}

/** For frames of AWS, which carry checksums. */
function framedFilter(secrets: readonly string[]): ChunkFilter {
  const { needles } = needlesOf(secrets)
  return new AwsFramePayloads((payload) => {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    const clean = needles.reduce(withoutNeedle, bytes)
    return clean === bytes ? payload : clean
  })
}

/** The same chunks, less the credentials in them. */
export function bodyWithoutSecrets(body: UpstreamBody, secrets: readonly string[], contentType = ''): UpstreamBody {
  if (secrets.length === 0) return body
  const isFramed = contentType.includes('application/vnd.amazon.eventstream')
  const openFilter = (): ChunkFilter => (isFramed ? framedFilter(secrets) : new SecretFilter(secrets))
  const { drain } = body
  return {
    [Symbol.asyncIterator]: () => iterateFiltered(body[Symbol.asyncIterator](), openFilter()),
    ...(drain === undefined ? {} : { drain: (into: BodyListener) => drain(filterInto(into, openFilter())) }),
  }
}

function filterInto(into: BodyListener, filter: ChunkFilter): BodyListener {
  const pass = (bytes: Uint8Array) => {
    if (bytes.length > 0) into.chunk(bytes)
  }
  return {
    chunk: (bytes) => pass(filter.push(bytes)),
    end() {
      pass(filter.end())
      into.end()
    },
    broken: (cause) => into.broken(cause),
  }
}

const over: IteratorReturnResult<undefined> = { done: true, value: undefined }

function iterateFiltered(chunks: AsyncIterator<Uint8Array>, filter: ChunkFilter): AsyncIterator<Uint8Array, undefined> {
  let hasEnded = false
  const pass = ({ done, value }: IteratorResult<Uint8Array>): Awaitable<IteratorResult<Uint8Array, undefined>> => {
    hasEnded ||= done === true
    const bytes = done === true ? filter.end() : filter.push(value)
    if (bytes.length > 0) return { done: false, value: bytes }
    return hasEnded ? over : chunks.next().then(pass)
  }
  return {
    next: () => (hasEnded ? Promise.resolve(over) : chunks.next().then(pass)),
    async return() {
      hasEnded = true
      await chunks.return?.()
      return over
    },
  }
}
