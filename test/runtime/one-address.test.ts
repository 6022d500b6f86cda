/** The deployed gateway hands paths of the admin API on to the admin function: one address, each function with its own rights. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LambdaPlatform, rootKey, startLambdaPlatform } from '../support/lambda-platform.ts'
import { type RuntimeInstance, urlEvent } from '../support/runtime-api.ts'

let platform: LambdaPlatform
let gateway: RuntimeInstance
let address: http.Server

/** What Lambda does for a function URL: a request becomes an event, the streamed answer a response. */
function functionUrl(instance: RuntimeInstance): http.Server {
  return http.createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request
    const body = await buffer(request)
    const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    const answer = await instance.invoke(urlEvent({ method, path, headers: plain, ...(body.length > 0 && { body }) }))
    response.writeHead(answer.status, answer.headers)
    answer.body.pipe(response)
  })
}

beforeAll(async () => {
  platform = await startLambdaPlatform()
  address = functionUrl(await platform.start('admin'))
  await new Promise<void>((resolve) => address.listen(0, '127.0.0.1', resolve))
  const { port } = address.address() as AddressInfo
  // CloudFormation gives the address of the admin function; here it is on loopback
  gateway = await platform.start('gateway', { SLUICE_ADMIN_URL: `http://127.0.0.1:${port}/` })
})

afterAll(async () => {
  address?.closeAllConnections()
  address?.close()
  await platform?.stop()
})

async function ask(method: string, path: string, key: string, body?: object) {
  const headers = { 'x-portkey-api-key': key, 'content-type': 'application/json' }
  const answer = await gateway.invoke(urlEvent({ method, path, headers, ...(body && { body: JSON.stringify(body) }) }))
  const told = (await json(answer.body)) as Record<string, unknown>
  expect(await answer.ended).toEqual({})
  return { status: answer.status, told }
}

describe('the address of the gateway', () => {
  it('is told where the admin function is by the template', () => {
    const { variables } = platform.functions.find(({ name }) => name === 'gateway') ?? { variables: {} }
    expect(variables).toMatchObject({ SLUICE_ADMIN_URL: expect.stringMatching(/^https:\/\/.*admin.*\.on\.aws\/$/) })
  })

  it('administers: a workspace, a key, a wrong key, a path that does not exist', async () => {
    const made = await ask('POST', '/v1/admin/workspaces', rootKey, { name: 'Über' })
    expect(made).toMatchObject({ status: 200, told: { name: 'Über', object: 'workspace' } })
    const key = await ask('POST', '/v1/api-keys/workspace/service', rootKey, {
      name: 'k',
      workspace_id: made.told.id,
      scopes: ['completions.write'],
    })
    expect(key.status).toBe(200)
    expect(await ask('GET', '/v1/admin/workspaces?name=Über', 'wrong')).toMatchObject({
      status: 401,
      told: { errorCode: 'AB05' },
    })
    expect(await ask('GET', '/v1/configs/none', rootKey)).toMatchObject({ status: 404, told: { errorCode: 'AB08' } })
    expect(await ask('GET', '/v1/models', String(key.told.key))).toMatchObject({
      status: 200,
      told: { object: 'list' },
    })
  })

  it('gives its own function no right to write: the admin function does', () => {
    const gatewayVariables = platform.functions.find(({ name }) => name === 'gateway')?.variables ?? {}
    expect(gatewayVariables).not.toHaveProperty('SLUICE_ROOT_KEY_SECRET')
  })
})
