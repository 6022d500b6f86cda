/** What all endpoints that are only passed on have in common. */
import { GatewayError } from '../errors.ts'
import type { InferenceEvent, Usage } from '../inference/index.ts'
import { isObject, optional, stringAt, textOr, wrongField } from './fields.ts'
import { blankLines } from './keep-alive.ts'
import { isErrorBody, readError, readErrorBody, writeError, writeStreamError } from './openai-chat/errors.ts'
import type {
  ClientHalf,
  ClientProtocol,
  Endpoint,
  JsonObject,
  NativeProtocolId,
  StreamReader,
  UpstreamHalf,
} from './protocol.ts'

export interface NativeRow {
  readonly id: NativeProtocolId
  readonly endpoint: Endpoint
  readonly peek: ClientHalf['peek']
  /** The list that an answer of this endpoint has; absent = its answers tell by nothing. */
  readonly list?: string
  readonly readUsage: (body: JsonObject) => Usage
  /** For endpoints that stream or write text. */
  readonly client?: Partial<ClientHalf>
  readonly upstream?: Partial<UpstreamHalf>
}

/** One row makes both halves: bytes pass, usage is read, errors are those of the family. */
export function nativeProtocol({ id, endpoint, peek, list, readUsage, client, upstream }: NativeRow): ClientProtocol {
  const only = (): never => {
    throw new GatewayError('unsupported_parameter', `${endpoint.name} requests and answers are passed on only`)
  }
  return {
    id,
    endpoint,
    client: {
      peek,
      readRequest: only,
      writeAnswer: only,
      openStream: only,
      writeError,
      writeStreamError,
      keepAlive: blankLines,
      ...client,
    },
    upstream: {
      framing: 'sse',
      writeRequest: only,
      readAnswer(body) {
        const isAnswer = list !== undefined && Array.isArray(body[list])
        if (isErrorBody(body) && !isAnswer) return [{ type: 'error', error: readErrorBody(body) }]
        if (list !== undefined && !isAnswer) throw notThis(endpoint, list, body)
        return wholeAnswer(body, readUsage(body))
      },
      openStream: () => refuseStream(endpoint),
      readError,
      askForUsage: () => ({}),
      isUsageOnly: () => false,
      maxOutputKey: () => 'max_tokens',
      isPreamble: (event) => event.type === 'response-start' || event.type === 'usage',
      ...upstream,
    },
  }
}

function wholeAnswer(body: JsonObject, usage: Usage): readonly InferenceEvent[] {
  return [
    { type: 'response-start', id: textOr(body.id), model: textOr(body.model) },
    { type: 'usage', usage },
    { type: 'response-end', finish: { reason: 'stop' } },
  ]
}

export function notThis({ name }: Pick<Endpoint, 'name'>, list: string, body: JsonObject): GatewayError {
  return new GatewayError(
    'upstream_rejected',
    `the provider's answer is not one of its ${name} endpoint: no '${list}'`,
    {
      rawBody: JSON.stringify(body).slice(0, 4_096),
    },
  )
}

/** Says once that there is no stream to read. */
function refuseStream({ name }: Endpoint): StreamReader {
  const error = new GatewayError('upstream_rejected', `the provider streamed an answer of its ${name} endpoint`)
  let isTold = false
  const tell = (): readonly InferenceEvent[] => {
    if (isTold) return []
    isTold = true
    return [{ type: 'error', error }]
  }
  return { push: tell, end: tell }
}

export function modelOf(body: JsonObject): string {
  const { model } = body
  if (typeof model === 'string' && model !== '') return model
  throw wrongField('model', model, 'a non-empty string that names a model')
}

/** What such an endpoint generates is no tokens: nothing is held for an output, none is capped. */
export function peekSilent(body: JsonObject): ReturnType<ClientHalf['peek']> {
  const model = modelOf(body)
  const user = optional(body.user, 'user', stringAt)
  const silent = { isStream: false, maxOutputTokens: 0, answers: 1, wantsUsage: true, hasTools: false }
  return user === undefined ? { model, ...silent } : { model, user, ...silent }
}

/** Text, a list of texts or parts, and where allowed one or several lists of token ids. */
export function checkInput(value: unknown, path: string): void {
  const isFilled = typeof value === 'string' ? value !== '' : Array.isArray(value) && value.length > 0
  if (!isFilled) throw wrongField(path, value, 'a non-empty string or array')
}

/** `[1, 2]`, `[[1], [2]]`, or such a list among texts. */
export function hasTokenIds(value: unknown): boolean {
  return Array.isArray(value) && value.some((item) => typeof item === 'number' || Array.isArray(item))
}

export function usageIn(body: JsonObject): JsonObject {
  return isObject(body.usage) ? body.usage : {}
}
