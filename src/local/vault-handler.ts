/** Secrets Manager and KMS inside this process, behind the AWS SDK's `requestHandler` option: same clients, no socket. */
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import type { Ambient } from '../ambient.ts'
import { type AwsOperation, AwsRefusal, type Fields } from './aws-operation.ts'
import { kmsOperations } from './kms-operations.ts'
import { openSealedFile } from './sealed-file.ts'
import { secretsOperations } from './secrets-operations.ts'

type RequestHandler = NonNullable<SecretsManagerClientConfig['requestHandler']>

/** `new SecretsManagerClient({ requestHandler: createVaultHandler(folder, ambient), region, credentials })` */
export function createVaultHandler(dataFolder: string, ambient: Pick<Ambient, 'now'>): RequestHandler {
  const file = openSealedFile({ file: join(dataFolder, 'secrets.sealed'), keyFile: join(dataFolder, 'secrets.key') })
  const operations = { ...secretsOperations(file, ambient.now), ...kmsOperations(file.key) }
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy() {},
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig() {},
    async handle(request: { readonly headers: Readonly<Record<string, string>>; readonly body?: unknown }) {
      const answer = run(operations, request.headers['x-amz-target'] ?? '', readBody(request.body))
      const response = {
        statusCode: answer.status,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: Readable.from([Buffer.from(JSON.stringify(answer.body))]),
      }
      return { response }
    },
  }
}

function run(
  operations: Readonly<Record<string, AwsOperation>>,
  target: string,
  input: Fields,
): { readonly status: number; readonly body: Fields } {
  try {
    const operation = operations[target]
    if (!operation) throw new AwsRefusal('UnknownOperationException', `${target} is not kept locally`)
    return { status: 200, body: operation(input) }
  } catch (thrown) {
    if (!(thrown instanceof AwsRefusal)) throw thrown
    return { status: 400, body: { __type: thrown.type, message: thrown.message } }
  }
}

function readBody(body: unknown): Fields {
  const json = body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body ?? '{}')
  return JSON.parse(json) as Fields
}
