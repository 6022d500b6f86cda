/** One execution environment as Lambda makes it: a Runtime API, AWS's own runtime client, and a bundle in a child process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const projectFolder = fileURLToPath(new URL('../..', import.meta.url))
const runtimeClient = `${projectFolder}node_modules/aws-lambda-ric/index.mjs`
const nativeStandIn = fileURLToPath(new URL('./ric-client.cjs', import.meta.url))
const preludeEnd = Buffer.alloc(8)

/** Lambda's limit on an event, and on an answer that is not streamed. */
const payloadLimitBytes = 6 * 1024 * 1024

/** What the template says about a function, and where its bundle lies. */
export interface InstanceOptions {
  /** `folder/index.handler`. */
  readonly handler: string
  readonly bundleFolder: string
  readonly variables: Readonly<Record<string, string>>
  readonly memoryMb: number
  readonly timeoutMs: number
}

/** How an invocation ended, known when the runtime asks for the next one. */
export interface Ending {
  /** Set when the handler failed, before or in the middle of its answer. */
  readonly errorType?: string
}

export interface Answer {
  readonly isStreamed: boolean
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
  /** Resolves after all work of the invocation, which may be later than the body's end. */
  readonly ended: Promise<Ending>
  hasEnded(): boolean
}

interface Invocation {
  readonly event: unknown
  readonly body: PassThrough
  readonly head: PromiseWithResolvers<Omit<Answer, 'body' | 'ended' | 'hasEnded'>>
  readonly ended: PromiseWithResolvers<Ending>
  errorType?: string
  hasEnded: boolean
}

export class RuntimeInstance {
  /** From the start of the process to its first question for work: what a cold start costs before the first event. */
  initMs = 0
  readonly #options: InstanceOptions
  readonly #server: http.Server
  readonly #waiting: Invocation[] = []
  readonly #invocations = new Map<string, Invocation>()
  readonly #output: string[] = []
  readonly #ready = Promise.withResolvers<void>()
  #child: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()
  #poll: ServerResponse | undefined
  #currentId: string | undefined
  #timeout: NodeJS.Timeout | undefined

  constructor(options: InstanceOptions) {
    this.#options = options
    this.#server = http.createServer((request, response) => void this.#route(request, response))
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const { port } = this.#server.address() as AddressInfo
    const { handler, memoryMb, bundleFolder, variables } = this.#options
    const startedAtMs = performance.now()
    const child = spawn(process.execPath, [...heapFlags(memoryMb), '-r', nativeStandIn, runtimeClient, handler], {
      cwd: bundleFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...platformVariables(port, this.#options), ...variables },
    })
    this.#child = child
    for (const pipe of [child.stdout, child.stderr])
      pipe.on('data', (chunk: Buffer) => this.#output.push(String(chunk)))
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()))
    void this.#exited.then(() => this.#fail())
    await this.#ready.promise
    this.initMs = performance.now() - startedAtMs
    return this
  }

  /** Everything the function wrote to its log. */
  get log(): string {
    return this.#output.join('')
  }

  async invoke(event: unknown): Promise<Answer> {
    if (Buffer.byteLength(JSON.stringify(event)) > payloadLimitBytes) return refuseEvent()
    const invocation: Invocation = {
      event,
      body: new PassThrough(),
      head: Promise.withResolvers(),
      ended: Promise.withResolvers(),
      hasEnded: false,
    }
    invocation.body.on('error', () => {})
    this.#waiting.push(invocation)
    this.#dispatch()
    const head = await invocation.head.promise
    return { ...head, body: invocation.body, ended: invocation.ended.promise, hasEnded: () => invocation.hasEnded }
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#exited
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #fail(): void {
    clearTimeout(this.#timeout)
    const error = new Error(`the runtime has ended; its log:\n${this.log}`)
    this.#ready.reject(error)
    for (const invocation of [...this.#waiting, ...this.#invocations.values()]) {
      invocation.head.reject(error)
      invocation.ended.resolve({ errorType: 'Runtime.ExitError' })
    }
  }

  #dispatch(): void {
    const invocation = this.#waiting[0]
    if (!invocation || !this.#poll) return
    this.#waiting.shift()
    const id = randomUUID()
    this.#invocations.set(id, invocation)
    this.#currentId = id
    this.#poll.writeHead(200, {
      'content-type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': id,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + this.#options.timeoutMs),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:000000000000:function:sluice',
    })
    this.#poll.end(JSON.stringify(invocation.event))
    this.#poll = undefined
    // Lambda ends what is not done in its time
    this.#timeout = setTimeout(() => this.#child?.kill('SIGKILL'), this.#options.timeoutMs)
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime', '')
    if (path === '/invocation/next') return this.#next(response)
    if (path === '/init/error') this.#ready.reject(new Error(`the function did not start: ${await text(request)}`))
    const [, , id = '', kind] = path.split('/')
    const invocation = this.#invocations.get(id)
    if (invocation && kind === 'response')
      await receiveResponse(request, invocation).catch((cut) => breakOff(invocation, cut))
    if (invocation && kind === 'error') await receiveError(request, invocation)
    response.writeHead(202).end('{}')
  }

  #next(response: ServerResponse): void {
    this.#ready.resolve()
    clearTimeout(this.#timeout)
    const done = this.#currentId === undefined ? undefined : this.#invocations.get(this.#currentId)
    if (done && this.#currentId) {
      this.#invocations.delete(this.#currentId)
      this.#currentId = undefined
      done.hasEnded = true
      done.ended.resolve(done.errorType === undefined ? {} : { errorType: done.errorType })
    }
    this.#poll = response
    this.#dispatch()
  }
}

/** What Lambda says of an event that is too large; the function does not hear of it. */
function refuseEvent(): Answer {
  const body = new PassThrough()
  const Message = `Request must be smaller than ${payloadLimitBytes} bytes for the InvokeFunction operation`
  body.end(JSON.stringify({ Message }))
  const ended = Promise.resolve({})
  return { isStreamed: false, status: 413, headers: {}, body, ended, hasEnded: () => true }
}

/** The runtime broke its own answer off: so does the client see it. */
function breakOff(invocation: Invocation, cause: Error): void {
  invocation.errorType = 'aborted'
  invocation.head.reject(cause)
  invocation.body.destroy(cause)
}

async function receiveError(request: IncomingMessage, invocation: Invocation): Promise<void> {
  invocation.errorType = header(request.headers, 'lambda-runtime-function-error-type') ?? 'Error'
  const body = await text(request)
  invocation.head.resolve({ isStreamed: false, status: 502, headers: {} })
  invocation.body.end(body)
}

async function receiveResponse(request: IncomingMessage, invocation: Invocation): Promise<void> {
  if (request.headers['lambda-runtime-function-response-mode'] === 'streaming')
    return receiveStream(request, invocation)
  const whole = await text(request)
  if (Buffer.byteLength(whole) <= payloadLimitBytes) return receiveWhole(whole, invocation)
  invocation.errorType = 'Function.ResponseSizeTooLarge'
  invocation.head.resolve({ isStreamed: false, status: 502, headers: {} })
  invocation.body.end('Internal Server Error')
}

function receiveWhole(json: string, { head, body }: Invocation): void {
  const answer = (JSON.parse(json) ?? {}) as {
    statusCode?: number
    headers?: Record<string, string>
    body?: string
    isBase64Encoded?: boolean
  }
  head.resolve({ isStreamed: false, status: answer.statusCode ?? 200, headers: answer.headers ?? {} })
  body.end(
    answer.statusCode === undefined ? json : Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8'),
  )
}

/** The prelude is JSON, ended by eight NUL bytes; what follows is the body. An error comes as trailers. */
async function receiveStream(request: IncomingMessage, invocation: Invocation): Promise<void> {
  const { head, body } = invocation
  let prelude: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (prelude === undefined) {
      body.write(chunk)
      continue
    }
    prelude = Buffer.concat([prelude, chunk])
    const end = prelude.indexOf(preludeEnd)
    if (end < 0) continue
    const { statusCode, headers } = JSON.parse(prelude.subarray(0, end).toString()) as {
      statusCode: number
      headers: Record<string, string>
    }
    head.resolve({ isStreamed: true, status: statusCode, headers })
    body.write(prelude.subarray(end + preludeEnd.length))
    prelude = undefined
  }
  const errorType = request.trailers['lambda-runtime-function-error-type']
  if (errorType !== undefined) invocation.errorType = errorType
  head.resolve({ isStreamed: true, status: 502, headers: {} })
  body.end()
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** As Lambda's own start of Node sets them: nine tenths for old objects, a twentieth for young ones. */
function heapFlags(memoryMb: number): readonly string[] {
  return [`--max-old-space-size=${Math.floor(memoryMb * 0.9)}`, `--max-semi-space-size=${Math.floor(memoryMb * 0.05)}`]
}

function platformVariables(port: number, { handler, memoryMb, bundleFolder }: InstanceOptions): Record<string, string> {
  const functionName = handler.slice(0, handler.indexOf('/'))
  return {
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
    LAMBDA_TASK_ROOT: bundleFolder,
    _HANDLER: handler,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  }
}

export interface UrlRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes come as base64, as those that are no text do. */
  readonly body?: string | Uint8Array
}

/** The event of a function URL, payload format 2.0. */
export function urlEvent({ method, path, headers = {}, body }: UrlRequest): object {
  const [rawPath = '', rawQueryString = ''] = path.split('?')
  const host = 'abc.lambda-url.us-east-1.on.aws'
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { host, ...headers },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abc',
      domainName: host,
      domainPrefix: 'abc',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 1_767_225_600_000,
    },
    isBase64Encoded: typeof body === 'object',
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Buffer.from(body).toString('base64') }),
  }
}
