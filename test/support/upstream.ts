/** A provider on loopback that behaves, or misbehaves, exactly as a test scripts it. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The body as it came. */
  readonly bytes: Buffer
  /** The body as JSON; throws when it is not. */
  json(): Record<string, unknown>
}

export type Script = (received: Received, response: ServerResponse, request: IncomingMessage) => void | Promise<void>

export interface Upstream {
  readonly origin: string
  readonly received: readonly Received[]
  /** Replaces what the next requests get. */
  script(next: Script): void
  /** Resolves when a client of this server has closed its connection early. */
  readonly abandoned: Promise<void>
  stop(): Promise<void>
}

export async function startUpstream(
  first: Script = (_, response) => void response.writeHead(404).end(),
): Promise<Upstream> {
  const received: Received[] = []
  let current = first
  let abandon = () => {}
  const abandoned = new Promise<void>((resolve) => {
    abandon = resolve
  })
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    response.on('close', () => {
      if (!response.writableFinished) abandon()
    })
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const bytes = Buffer.concat(chunks)
      const body = bytes.toString('utf8')
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      const seen: Received = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers,
        body,
        bytes,
        json: () => JSON.parse(body),
      }
      received.push(seen)
      void current(seen, response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    abandoned,
    script(next) {
      current = next
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Answers a JSON body. */
export function answerJson(body: unknown, status = 200, headers: Record<string, string> = {}): Script {
  return (_, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** Answers server-sent events, one write each, and ends. */
export function answerEvents(frames: readonly string[]): Script {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const frame of frames) response.write(frame)
    response.end()
  }
}

/** Answers some bytes of a stream and then cuts the connection. */
export function answerThenCut(frames: readonly string[]): Script {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(frames.join(''), () => response.destroy())
  }
}

const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'gpt-5-2025' }

export function chatChunk(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
}

export function usageChunk(prompt: number, completion: number): string {
  const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
  return `data: ${JSON.stringify({ ...base, choices: [], usage })}\n\n`
}

export const doneFrame = 'data: [DONE]\n\n'

/** A whole chat stream with this text. */
export function chatStream(words: readonly string[], tokens = { prompt: 10, completion: 5 }): string[] {
  return [
    chatChunk({ role: 'assistant', content: '' }),
    ...words.map((content) => chatChunk({ content })),
    chatChunk({}, 'stop'),
    usageChunk(tokens.prompt, tokens.completion),
    doneFrame,
  ]
}

export function chatAnswer(content: string, tokens = { prompt: 10, completion: 5 }) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: 'gpt-5-2025',
    choices: [
      { index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' },
    ],
    usage: {
      prompt_tokens: tokens.prompt,
      completion_tokens: tokens.completion,
      total_tokens: tokens.prompt + tokens.completion,
    },
  }
}

/** A whole messages stream with this text. */
export function messagesStream(words: readonly string[], tokens = { input: 10, output: 5 }): string[] {
  const event = (type: string, rest: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`
  const usage = {
    input_tokens: tokens.input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 1,
  }
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  }
  return [
    event('message_start', { message }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    event('ping', {}),
    ...words.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: tokens.output },
    }),
    event('message_stop', {}),
  ]
}
