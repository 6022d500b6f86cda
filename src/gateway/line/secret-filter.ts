/** Takes credentials out of a provider's answer while it passes: everything else stays byte for byte. Knows no wire. */
import type { Awaitable } from '../../awaitable.ts'
import { AwsFramePayloads } from '../../bytes/aws-frame-payloads.ts'
import type { BodyListener, UpstreamBody } from '../ports.ts'
import { beginningAtEnd, stars, withoutEscaped } from './escaped-secrets.ts'
import { needlesOf } from './secret-spellings.ts'

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
    const { bytes: clean, mayGoOn } = withoutEscaped(this.#needles.reduce(withoutNeedle, bytes), this.#needles)
    const keep = Math.max(mayGoOn, this.#lengthOfBeginning(clean))
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

export function textWithoutSecrets(text: string, secrets: readonly string[]): string {
  const { needles } = needlesOf(secrets)
  const bytes = Buffer.from(text)
  const clean = withoutEscaped(needles.reduce(withoutNeedle, bytes), needles).bytes
  return clean === bytes ? text : clean.toString()
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
