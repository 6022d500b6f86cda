/** A simulated model, so that the first request works without an account. It says in every answer that it is one. */
import type { Ambient } from '../ambient.ts'
import type { UpstreamClient, UpstreamRequest, UpstreamResponse } from '../gateway/ports.ts'
import { demo } from '../providers/demo.ts'

/** No such host exists. */
const demoHost = new URL(demo.origin ?? '').hostname
const wordIntervalMs = 25
const chatPath = '/v1/chat/completions'

interface DemoRequest {
  readonly model: string
  readonly stream?: boolean
  readonly max_tokens?: number | null
  readonly max_completion_tokens?: number | null
  readonly messages?: readonly { readonly role?: string; readonly content?: unknown }[]
}

/** Answers calls to the demo host in the process and passes all others on. */
export function withDemoModel(upstream: UpstreamClient, ambient: Ambient): UpstreamClient {
  return {
    send: (request) =>
      request.url.hostname === demoHost ? Promise.resolve(answer(request, ambient)) : upstream.send(request),
  }
}

function answer(request: UpstreamRequest, ambient: Ambient): UpstreamResponse {
  if (request.method !== 'POST' || request.url.pathname !== chatPath) return noSuchPath(request)
  const body = readRequest(request)
  if (typeof body === 'string') return refusal(400, body)
  const words = compose(body)
  const limit = body.max_completion_tokens ?? body.max_tokens ?? words.length
  const said = words.slice(0, limit)
  const answered: Answered = {
    id: `chatcmpl-demo-${ambient.newId()}`,
    created: Math.floor(ambient.now() / 1_000),
    model: body.model,
    words: said,
    finish: said.length < words.length ? 'length' : 'stop',
    promptTokens: Math.ceil(JSON.stringify(body.messages ?? []).length / 4),
  }
  const isStream = body.stream === true
  return {
    status: 200,
    headers: { 'content-type': isStream ? 'text/event-stream' : 'application/json' },
    body: isStream ? stream(answered, ambient, request.signal) : whole(answered),
  }
}

function noSuchPath({ method, url }: UpstreamRequest): UpstreamResponse {
  const message = `the demo model answers POST ${chatPath} only, not ${method} ${url.pathname}; connect a provider for more`
  return refusal(404, message)
}

function refusal(status: number, message: string): UpstreamResponse {
  const error = { message, type: 'invalid_request_error', param: null, code: null }
  return { status, headers: { 'content-type': 'application/json' }, body: oneChunk(JSON.stringify({ error })) }
}

/** The request, or what is wrong with it. */
function readRequest({ body }: UpstreamRequest): DemoRequest | string {
  const request = parse(Buffer.from(body ?? []).toString('utf8'))
  if (!isObject(request)) return 'the body must be a JSON object'
  const { model, messages, max_tokens: limit, max_completion_tokens: newLimit } = request
  if (typeof model !== 'string') return 'model must be a string'
  if (!Array.isArray(messages) || !messages.every(isObject)) return 'messages must be an array of objects'
  const isLimit = (value: unknown) =>
    value === undefined || value === null || (typeof value === 'number' && Number.isInteger(value) && value > 0)
  if (!isLimit(limit) || !isLimit(newLimit)) return 'max_tokens must be a whole number of at least 1'
  return request as unknown as DemoRequest
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function* oneChunk(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text)
}

interface Answered {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly words: readonly string[]
  readonly finish: string
  readonly promptTokens: number
}

/** One word is one token here. */
function compose(body: DemoRequest): readonly string[] {
  const last = body.messages?.findLast((message) => message.role === 'user')?.content
  const parts = Array.isArray(last) ? last.map((part) => (isObject(part) ? part.text : part)) : [last]
  const asked = parts
    .filter((part) => typeof part === 'string')
    .join(' ')
    .trim()
  const echo = asked === '' ? 'You sent no text.' : `You said: "${asked.slice(0, 400)}"`
  return `This is Sluice's demo model. It is simulated: no provider was called and nothing was paid. ${echo}`.split(' ')
}

function usageOf({ promptTokens, words }: Answered) {
  return { prompt_tokens: promptTokens, completion_tokens: words.length, total_tokens: promptTokens + words.length }
}

async function* whole(answered: Answered): AsyncGenerator<Uint8Array> {
  const { id, created, model, words, finish } = answered
  const choice = {
    index: 0,
    message: { role: 'assistant', content: words.join(' ') },
    finish_reason: finish,
    logprobs: null,
  }
  yield Buffer.from(
    JSON.stringify({ id, object: 'chat.completion', created, model, choices: [choice], usage: usageOf(answered) }),
  )
}

async function* stream(answered: Answered, ambient: Ambient, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { id, created, model, words, finish } = answered
  const frame = (rest: object) =>
    Buffer.from(`data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model, ...rest })}\n\n`)
  const delta = (content: object, reason: string | null) =>
    frame({ choices: [{ index: 0, delta: content, finish_reason: reason }] })
  yield delta({ role: 'assistant', content: '' }, null)
  for (const [index, word] of words.entries()) {
    if (signal.aborted) throw signal.reason
    await new Promise<void>((resolve) => void ambient.schedule(wordIntervalMs, resolve))
    yield delta({ content: index === 0 ? word : ` ${word}` }, null)
  }
  yield delta({}, finish)
  yield frame({ choices: [], usage: usageOf(answered) })
  yield Buffer.from('data: [DONE]\n\n')
}
