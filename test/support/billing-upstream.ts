/** A simulated provider that keeps its own bill: random token counts, whole answers and streams, some cut in the middle. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { chatAnswer, chatChunk, doneFrame, usageChunk } from './upstream.ts'

/** What `gpt-4o` costs by the price list, in nano-dollars a token. */
export const billedModel = 'gpt-4o'
const inputNanos = 2_500
const outputNanos = 10_000

export interface BillingUpstream {
  readonly origin: string
  /** Nano-dollars, by the provider's own count. */
  billedNanos(): number
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
  /** Between two chunks, and before a whole answer; absent = one turn of the loop. */
  readonly latencyMs?: () => number
}

interface Bill {
  nanos: number
  calls: number
  underWay: number
  readonly caps: (number | undefined)[]
}

/** One token of text: four characters, so that a count by characters is a count by tokens. */
const token = 'word'

export async function startBillingUpstream(options: Options): Promise<BillingUpstream> {
  const bill: Bill = { nanos: 0, calls: 0, underWay: 0, caps: [] }
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

/** The first word of the last message says how to misbehave: `cut` or `hang`; anything else is answered. */
async function answer(bytes: Buffer, exchange: Exchange): Promise<void> {
  const { bill, options, response } = exchange
  const body = JSON.parse(bytes.toString()) as Record<string, never> & { messages: { content: string }[] }
  const cap: number | undefined = body.max_tokens ?? body.max_completion_tokens
  const most = Math.min(options.mostOutput ?? 60, cap ?? Number.POSITIVE_INFINITY)
  const tokens = { prompt: Math.ceil(bytes.length / 4), completion: 1 + Math.floor(options.random() * most) }
  const mode = String(body.messages.at(-1)?.content).split(' ')[0]
  bill.caps.push(cap)
  bill.calls += 1
  bill.underWay += 1
  bill.nanos += tokens.prompt * inputNanos
  const generated = (count: number) => {
    bill.nanos += count * outputNanos
  }
  try {
    if (body.stream === true) await stream(tokens, mode, generated, exchange)
    else await whole(tokens, mode, generated, exchange)
  } catch {
    response.destroy()
  } finally {
    bill.underWay -= 1
  }
}

type Tokens = { readonly prompt: number; readonly completion: number }

async function whole(
  tokens: Tokens,
  mode: string | undefined,
  generated: (count: number) => void,
  { response, options }: Exchange,
): Promise<void> {
  if (mode === 'hang') await untilClosed(response)
  else await pause(options)
  // Billed whether or not anybody sees it.
  generated(tokens.completion)
  if (response.destroyed || mode === 'cut') return void response.destroy()
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify(chatAnswer(token.repeat(tokens.completion), tokens)))
}

async function stream(
  tokens: Tokens,
  mode: string | undefined,
  generated: (count: number) => void,
  { response, options }: Exchange,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(chatChunk({ role: 'assistant', content: '' }))
  const stopAt = mode === 'cut' ? Math.ceil(tokens.completion / 2) : tokens.completion
  for (let made = 0; made < stopAt; made++) {
    if (response.destroyed) return
    const chunk = chatChunk({ content: token })
    await new Promise<void>((resolve) => response.write(chunk, () => resolve()))
    if (response.destroyed) return
    generated(1)
    await pause(options)
  }
  if (mode === 'hang') return untilClosed(response)
  if (mode === 'cut') return void response.destroy()
  response.end(chatChunk({}, 'stop') + usageChunk(tokens.prompt, tokens.completion) + doneFrame)
}

function untilClosed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('close', () => resolve()))
}

async function pause({ latencyMs }: Options): Promise<void> {
  if (latencyMs === undefined) await turn()
  else await wait(latencyMs())
}
