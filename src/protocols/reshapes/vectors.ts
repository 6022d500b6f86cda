/** What all embeddings shapes do alike: read texts, write vectors as OpenAI's list, as floats or base64. */
import { isObject, present, stringAt, wrongField } from '../fields.ts'
import { hasTokenIds } from '../native.ts'
import type { JsonObject } from '../protocol.ts'
import type { Asked, RawBody } from '../reshape.ts'
import { leftOver, notThisShape, unsupported } from './answer.ts'

/** What every embeddings shape reads of a client's body. */
const embeddingKeys = ['model', 'input', 'encoding_format', 'dimensions'] as const

/** What the client sent beyond the keys that every embeddings shape reads, and those that this one does. */
export function embeddingRest(asked: Asked, read: readonly string[] = []): ReturnType<typeof leftOver> {
  checkFormat(asked)
  return leftOver(asked.body, [...embeddingKeys, ...read], ['user'])
}

export function checkFormat({ body: { encoding_format: format } }: Asked): void {
  if (format !== undefined && format !== null && format !== 'float' && format !== 'base64') {
    throw wrongField('encoding_format', format, "'float' or 'base64'")
  }
}

/** The inputs one by one: texts, or objects of parts. */
export function inputsOf({ body: { input } }: Asked): readonly (string | JsonObject)[] {
  if (hasTokenIds(input))
    throw unsupported('input', 'input holds token ids, which this provider does not take; send text')
  if (typeof input === 'string') return [input]
  if (Array.isArray(input) && input.every((item) => typeof item === 'string' || isObject(item))) return input
  if (isObject(input)) return [input]
  throw wrongField('input', input, 'a text, an object or an array of them')
}

export function textsOf(asked: Asked): readonly string[] {
  return inputsOf(asked).map((item, at) => {
    if (typeof item === 'string') return item
    if (Object.keys(item).some((key) => key !== 'text')) {
      throw unsupported(`input.${at}`, `input.${at} is not text alone, which is all that '${asked.model}' takes here`)
    }
    return stringAt(item.text, `input.${at}.text`)
  })
}

/** For models that take one input a request. */
export function onlyOne<T>(items: readonly T[], { model }: Asked): T {
  const [first] = items
  if (items.length === 1 && first !== undefined) return first
  throw unsupported(
    'input',
    `'${model}' takes one input a request, and ${items.length} were given; send them one by one`,
  )
}

export interface Embedded {
  readonly vectors: readonly unknown[]
  /** undefined = the provider does not say. */
  readonly promptTokens?: number | undefined
  readonly id?: unknown
}

export function writeEmbeddings(asked: Asked, answer: RawBody, { vectors, promptTokens, id }: Embedded): JsonObject {
  return present({
    object: 'list',
    id: typeof id === 'string' ? id : undefined,
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: writeVector(vector, asked, answer),
    })),
    model: asked.model,
    usage: promptTokens === undefined ? undefined : { prompt_tokens: promptTokens, total_tokens: promptTokens },
  })
}

export function writeVector(vector: unknown, { body }: Asked, answer: RawBody): unknown {
  if (!isVector(vector)) throw notThisShape('an embedding is no list of numbers', answer)
  return body.encoding_format === 'base64' ? toBase64(vector) : vector
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number' && isFloat(item))
}

/** Of 32 bits, which is what clients read. */
function isFloat(value: number): boolean {
  return Number.isFinite(Math.fround(value))
}

/** As OpenAI writes them: 32-bit floats, little endian. */
function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4)
  return bytes.toString('base64')
}

/** A picture as its base64 text and type, from `{base64}` or a data URL. */
export function inlinePicture(value: unknown, path: string): { readonly data: string; readonly mimeType: string } {
  const given = isObject(value) ? (value.base64 ?? value.url) : value
  const text = stringAt(given, path)
  const [, mimeType, data] = /^data:([\w/+.-]+);base64,(.+)$/s.exec(text) ?? []
  if (mimeType !== undefined && data !== undefined) return { data, mimeType }
  if (/^\w+:/.test(text)) throw unsupported(path, `${path} is an address; this provider takes pictures as base64 only`)
  return { data: text, mimeType: 'image/png' }
}
