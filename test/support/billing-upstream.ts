/** A simulated provider that keeps its own bill: another tokenizer than ours, tokens of several sizes, thinking that nobody sees, generation that goes on after a disconnect. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base'
import { chatAnswer, chatChunk, doneFrame, usageChunk } from './upstream.ts'

/** What `gpt-4o` costs by the price list, in nano-dollars a token. */
export const billedModel = 'gpt-4o'
const inputNanos = 2_500
const outputNanos = 10_000

export interface BillingUpstream {
  readonly origin: string
  /** Nano-dollars, by the provider's own count. */
  billedNanos(): number
  /** Of calls whose message has this tag, as `#tag`. */
  billedFor(tag: string): number
  /** Calls that were answered, wholly or in part. */
  calls(): number
  /** Calls being answered. */
  underWay(): number
  /** The largest cap on output seen in a request; undefined = one had none. */
  caps(): readonly (number | undefined)[]
  stop(): Promise<void>
}

interface Options {
  readonly random: () => number
  /** Output tokens of an answer lie between 1 and this, and within the request's own cap. */
  readonly mostOutput?: number
  /** Part of the output that is generated, and billed, before anything is shown; 0 to 1. Absent = none. */
  readonly hiddenShare?: () => number
  /** Tokens that are still generated, and billed, after the caller has gone. Absent = all that are left. */
  readonly afterDisconnect?: () => number
  /** Between two chunks, and ten times before a whole answer; absent = one turn of the loop. */
  readonly latencyMs?: () => number
}

interface Bill {
  nanos: number
  readonly byTag: Map<string, number>
  calls: number
  underWay: number
  readonly caps: (number | undefined)[]
}

/** Tokens of several sizes, each billed as one. */
const vocabulary = ['word', ' a', ' strawberries', '7', '漢', ' internationalisation', '\n', '=>']

export async function startBillingUpstream(options: Options): Promise<BillingUpstream> {
  const bill: Bill = { nanos: 0, byTag: new Map(), calls: 0, underWay: 0, caps: [] }
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => void answer(Buffer.concat(chunks), { request, response, bill, options }))
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    billedNanos: () => bill.nanos,
    billedFor: (tag) => bill.byTag.get(tag) ?? 0,
    calls: () => bill.calls,
    underWay: () => bill.underWay,
    caps: () => bill.caps,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly bill: Bill
  readonly options: Options
}

/**
 * The first word of the last message says how to misbehave: `cut` breaks the connection off, `hang` never ends,
 * `no-usage`, `zero-usage`, `zero-input`, `one-token` and `huge-usage` lie, `garbage` answers 200 with what nobody can read; anything else is
 * answered as it should be.
 */
async function answer(bytes: Buffer, exchange: Exchange): Promise<void> {
  const { bill, options, response } = exchange
  const body = JSON.parse(bytes.toString()) as Record<string, never> & { messages: { content: string }[] }
  const cap: number | undefined = body.max_tokens ?? body.max_completion_tokens
  const most = Math.min(options.mostOutput ?? 60, cap ?? Number.POSITIVE_INFINITY)
  const completion = 1 + Math.floor(options.random() * most)
  const hidden = Math.min(completion - 1, Math.floor(completion * (options.hiddenShare?.() ?? 0)))
  const tokens = { prompt: promptTokens(body.messages), completion, hidden }
  const mode = String(body.messages.at(-1)?.content).split(' ')[0]
  bill.caps.push(cap)
  bill.calls += 1
  bill.underWay += 1
  const tag = /#(\S+)/.exec(String(body.messages.at(-1)?.content))?.[1]
  const add = (nanos: number) => {
    bill.nanos += nanos
    if (tag !== undefined) bill.byTag.set(tag, (bill.byTag.get(tag) ?? 0) + nanos)
  }
  add(tokens.prompt * inputNanos)
  const generated = (count: number) => add(count * outputNanos)
  try {
    if (body.stream === true) await stream(tokens, mode, generated, exchange)
    else await whole(tokens, mode, generated, exchange)
  } catch {
    response.destroy()
  } finally {
    bill.underWay -= 1
  }
}

/** Counted with another tokenizer than the gateway's, and marks around each message. */
function promptTokens(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, { content }) => sum + 7 + countTokens(content), 0)
}

interface Tokens {
  readonly prompt: number
  readonly completion: number
  /** Of the completion. */
  readonly hidden: number
}

function usageOf({ prompt, completion }: Tokens, mode: string | undefined) {
  if (mode === 'zero-usage') return { prompt: 0, completion: 0 }
  if (mode === 'zero-input') return { prompt: 0, completion }
  if (mode === 'one-token') return { prompt, completion: 1 }
  return mode === 'huge-usage' ? { prompt: 1e12, completion: 1e12 } : { prompt, completion }
}

/** A whole answer takes longer than one chunk. */
const wholePauses = 10

async function whole(
  tokens: Tokens,
  mode: string | undefined,
  generated: (count: number) => void,
  { response, options }: Exchange,
): Promise<void> {
  if (mode === 'hang') await untilClosed(response)
  else for (let pauses = 0; pauses < wholePauses; pauses++) await pause(options)
  // Billed whether or not anybody sees it.
  generated(tokens.completion)
  if (response.destroyed || mode === 'cut') return void response.destroy()
  response.writeHead(200, { 'content-type': 'application/json' })
  if (mode === 'garbage') return void response.end('<html>not what you asked for</html>')
  const visible = textOf(tokens.completion - tokens.hidden, options).join('')
  const { usage, ...rest } = chatAnswer(visible, usageOf(tokens, mode))
  response.end(JSON.stringify(mode === 'no-usage' ? rest : { ...rest, usage }))
}

function textOf(count: number, { random }: Options): readonly string[] {
  return Array.from({ length: count }, () => vocabulary[Math.floor(random() * vocabulary.length)] ?? 'word')
}

async function stream(
  tokens: Tokens,
  mode: string | undefined,
  generated: (count: number) => void,
  { response, options }: Exchange,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(chatChunk({ role: 'assistant', content: '' }))
  generated(tokens.hidden)
  const pieces = textOf(tokens.completion - tokens.hidden, options)
  const stopAt = mode === 'cut' ? Math.ceil(pieces.length / 2) : pieces.length
  const leave = (made: number) =>
    generated(Math.min(pieces.length - made, options.afterDisconnect?.() ?? pieces.length))
  for (const [made, piece] of pieces.slice(0, stopAt).entries()) {
    if (response.destroyed) return leave(made)
    await new Promise<void>((resolve) => response.write(chatChunk({ content: piece }), () => resolve()))
    if (response.destroyed) return leave(made)
    generated(1)
    await pause(options)
  }
  if (mode === 'hang') return untilClosed(response)
  if (mode === 'cut') {
    leave(stopAt)
    return void response.destroy()
  }
  const { prompt, completion } = usageOf(tokens, mode)
  response.end(chatChunk({}, 'stop') + (mode === 'no-usage' ? '' : usageChunk(prompt, completion)) + doneFrame)
}

function untilClosed(response: ServerResponse): Promise<void> {
  return response.destroyed ? Promise.resolve() : new Promise((resolve) => response.once('close', () => resolve()))
}

async function pause({ latencyMs }: Options): Promise<void> {
  if (latencyMs === undefined) await turn()
  else await wait(latencyMs())
}
