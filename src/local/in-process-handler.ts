/** Answers an AWS SDK client inside this process, behind its `requestHandler` option: same clients, no socket. */
import { Readable } from 'node:stream'
import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { AwsRefusal, type Fields } from './aws-operation.ts'

export type RequestHandler = NonNullable<SecretsManagerClientConfig['requestHandler']>

interface SdkRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface InProcess {
  /** Names the operation of a request. */
  readonly operationOf: (request: SdkRequest) => string
  readonly operations: Readonly<Record<string, (input: Fields) => Fields | Promise<Fields>>>
  readonly contentType: string
}

export function inProcessHandler({ operationOf, operations, contentType }: InProcess): RequestHandler {
  const run = async (request: SdkRequest) => {
    const name = operationOf(request)
    try {
      const operation = operations[name]
      if (!operation) throw new AwsRefusal('UnknownOperationException', `${name} is not kept locally`)
      return { status: 200, body: await operation(readBody(request.body)) }
    } catch (thrown) {
      if (!(thrown instanceof AwsRefusal)) throw thrown
      return { status: 400, body: { __type: thrown.type, message: thrown.message } }
    }
  }
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy() {},
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig() {},
    async handle(request: SdkRequest) {
      const { status, body } = await run(request)
      const headers = { 'content-type': contentType }
      return { response: { statusCode: status, headers, body: Readable.from([Buffer.from(JSON.stringify(body))]) } }
    },
  }
}

function readBody(body: unknown): Fields {
  const json = body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body ?? '{}')
  return JSON.parse(json) as Fields
}
