/** Secrets Manager on loopback, as much of it as the functions use, for bundles that bring the real SDK client. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface FakeSecrets {
  readonly endpoint: string
  /** Name → value. */
  readonly values: Map<string, string>
  stop(): Promise<void>
}

interface Input {
  readonly Name?: string
  readonly SecretId?: string
  readonly SecretString?: string
}

type Operation = (input: Input, values: Map<string, string>) => object | undefined

/** undefined = there is no such secret. */
const operations: Readonly<Record<string, Operation>> = {
  'secretsmanager.GetSecretValue': ({ SecretId = '' }, values) => {
    const SecretString = values.get(SecretId)
    return SecretString === undefined ? undefined : { Name: SecretId, SecretString }
  },
  'secretsmanager.CreateSecret': ({ Name = '', SecretString = '' }, values) => {
    values.set(Name, SecretString)
    return { Name }
  },
  'secretsmanager.ListSecrets': (_, values) => ({
    SecretList: [...values.keys()].map((Name) => ({ Name, CreatedDate: 1_767_225_600 })),
  }),
  'secretsmanager.PutSecretValue': ({ SecretId = '', SecretString = '' }, values) =>
    values.has(SecretId) ? { Name: values.set(SecretId, SecretString) && SecretId } : undefined,
}

export async function startFakeSecrets(first: Readonly<Record<string, string>>): Promise<FakeSecrets> {
  const values = new Map(Object.entries(first))
  const server = http.createServer(async (request, response) => {
    const operation = operations[String(request.headers['x-amz-target'])]
    const answer = operation?.((await json(request)) as Input, values)
    response.writeHead(answer ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(answer ?? { __type: 'ResourceNotFoundException', message: 'there is no such secret' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    values,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
