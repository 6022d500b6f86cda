/** What clients of Google's own SDKs say: passed on to providers of the same wire and never translated. The model and whether to stream, which stand in the address, are read as members of the body. */
import { GatewayError } from '../../errors.ts'
import { isObject, optional, wrongField } from '../fields.ts'
import { blankLines } from '../keep-alive.ts'
import type { ClientProtocol, JsonObject, Peek } from '../protocol.ts'
import { GeminiWriter, writeAnswer } from './client-write.ts'
import { googleGemini } from './index.ts'

const endpoint = { name: 'Gemini generateContent', answersText: true } as const

function peek(body: JsonObject): Peek {
  const { model, contents, stream, tools } = body
  if (typeof model !== 'string' || model === '') throw wrongField('model', model, 'a name of a model in the path')
  if (!Array.isArray(contents) || contents.length === 0) throw wrongField('contents', contents, 'a non-empty array')
  const { key, value: generation } = generationConfig(body)
  const cap = member(generation, 'maxOutputTokens', 'max_output_tokens')
  const answers =
    optional(member(generation, 'candidateCount', 'candidate_count'), `${key}.candidateCount`, wholeAt) ?? 1
  const maxOutputTokens = optional(cap, `${key}.maxOutputTokens`, wholeAt)
  return {
    model,
    isStream: stream === true,
    answers,
    wantsUsage: true,
    hasTools: Array.isArray(tools) && tools.length > 0,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
}

/** Numbers may be written as text here (protobuf's JSON). */
function wholeAt(value: unknown, path: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number) && number > 0) return number
  throw wrongField(path, value, 'a whole number above 0')
}

const spellings = ['generationConfig', 'generation_config'] as const

/** The wire takes both spellings, but not at once. */
function generationConfig(body: JsonObject): { readonly key: string; readonly value: JsonObject } {
  const said = spellings.filter((key) => body[key] !== undefined && body[key] !== null)
  const [key = spellings[0]] = said
  if (said.length > 1) throw wrongField(spellings[1], body[spellings[1]], `left out beside ${spellings[0]}`)
  const value = body[key] ?? {}
  if (!isObject(value)) throw wrongField(key, value, 'an object')
  return { key, value }
}

function member(object: JsonObject, camel: string, snake: string): unknown {
  if (object[camel] !== undefined && object[snake] !== undefined)
    throw wrongField(snake, object[snake], `left out beside ${camel}`)
  return object[camel] ?? object[snake]
}

const wordOfStatus: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

function writeError(error: GatewayError, traceId: string): string {
  const { status: code, message, type, wireCode } = error
  const status = wordOfStatus[code] ?? (code < 500 ? 'FAILED_PRECONDITION' : 'INTERNAL')
  const metadata = { type, ...(wireCode === null ? {} : { code: wireCode }), ...(traceId === '' ? {} : { traceId }) }
  const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: type.toUpperCase(), metadata }]
  return JSON.stringify({ error: { code, message, status, details } })
}

function only(): never {
  throw new GatewayError('unsupported_parameter', `${endpoint.name} requests are passed on only`)
}

export const googleGeminiClient: ClientProtocol = {
  ...googleGemini,
  id: 'google-gemini',
  endpoint,
  client: {
    peek,
    readRequest: only,
    writeAnswer,
    openStream: (options) => new GeminiWriter(options),
    writeError,
    writeStreamError: (error, traceId) => `data: ${writeError(error, traceId)}\n\n`,
    keepAlive: blankLines,
  },
  upstream: {
    ...googleGemini.upstream,
    /** Both stand in the address. */
    askForUsage: () => ({ model: undefined, stream: undefined }),
    capOutput(body, maxOutputTokens) {
      const { value } = generationConfig(body)
      const { max_output_tokens: _, ...rest } = value
      return { generation_config: undefined, generationConfig: { ...rest, maxOutputTokens } }
    },
  },
}
