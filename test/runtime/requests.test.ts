/** What Lambda cannot take is refused with the same sentence on AWS and on a laptop, and what is no request of a client is told so (issue 9). */
import { json, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rootKey } from '../support/lambda-platform.ts'
import type { RuntimeInstance } from '../support/runtime-api.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { call, type Deployment, deploy } from './deployment.ts'

let deployment: Deployment
let gateway: RuntimeInstance
let admin: RuntimeInstance
let laptop: Sluice

beforeAll(async () => {
  ;[deployment, laptop] = await Promise.all([deploy(), startSluice()])
  ;[gateway, admin] = await Promise.all([deployment.start('gateway'), deployment.start('admin')])
})
afterAll(async () => {
  await Promise.all([deployment?.stop(), laptop?.stop()])
})

interface Told {
  readonly status: number
  readonly message: string
}

async function onLambda(path: string, body: string | Uint8Array, type: string): Promise<Told> {
  const answer = await call(gateway, { method: 'POST', path, headers: { 'content-type': type }, body })
  const { error } = (await json(answer.body)) as { error: { message: string } }
  expect(await answer.ended).toEqual({})
  return { status: answer.status, message: error.message }
}

async function onLaptop(path: string, body: string | Uint8Array, type: string): Promise<Told> {
  const answer = await fetch(`${laptop.origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : new Blob([body as Uint8Array<ArrayBuffer>]),
  })
  const { error } = (await answer.json()) as { error: { message: string } }
  return { status: answer.status, message: error.message }
}

const chat = '/v1/chat/completions'
const jsonType = 'application/json'

describe('a request that is too large for an event of Lambda', () => {
  it.each([
    [
      'bytes, which grow by a third',
      '/v1/audio/transcriptions',
      Buffer.alloc(4_650_000, 0xff),
      'application/octet-stream',
    ],
    ['text full of quotes, which are escaped', chat, '"'.repeat(3_100_000), jsonType],
    ['plain text', chat, 'x'.repeat(6_200_000), jsonType],
  ])('is a 413 with one sentence everywhere: %s', async (_, path, body, type) => {
    const told = await onLaptop(path, body, type)
    expect(told).toEqual({ status: 413, message: expect.stringContaining('that AWS Lambda leaves for one') })
    expect(await onLambda(path, body, type)).toEqual(told)
  })

  it.each([
    ['bytes', '/v1/audio/transcriptions', Buffer.alloc(4_500_000, 0xff), 'application/octet-stream'],
    ['text full of quotes', chat, '"'.repeat(3_000_000), jsonType],
    ['plain text', chat, 'x'.repeat(6_000_000), jsonType],
  ])('begins at the same size everywhere: %s are looked at', async (_, path, body, type) => {
    const told = await onLaptop(path, body, type)
    expect(told.status).not.toBe(413)
    expect((await onLambda(path, body, type)).status).toBe(told.status)
  })

  it('never reaches the function where it is larger than any event', async () => {
    const headers = { 'content-type': jsonType }
    const answer = await call(gateway, { method: 'POST', path: chat, headers, body: 'x'.repeat(6_300_000) })
    expect([answer.status, await text(answer.body)]).toEqual([413, expect.stringContaining('Request must be smaller')])
  })

  it('is refused by the admin function in its own words', async () => {
    const headers = { 'x-portkey-api-key': rootKey, 'content-type': jsonType }
    const answer = await call(admin, { method: 'POST', path: '/v1/configs', headers, body: 'x'.repeat(6_200_000) })
    expect(answer.status).toBe(413)
    expect(await json(answer.body)).toMatchObject({ error: { message: expect.stringContaining('AWS Lambda') } })
  })
})

describe('an event that is no request of a client', () => {
  it.each(['gateway', 'admin'] as const)('is no failure of the %s function, so no alarm rings', async (name) => {
    const instance = name === 'gateway' ? gateway : admin
    const answer = await instance.invoke({ key1: 'value1', key2: 'value2', key3: 'value3' })
    expect(answer.status).toBe(400)
    expect(await text(answer.body)).toContain('takes events of its function URL')
    expect(await answer.ended).toEqual({})
  })

  it.each(['ledger', 'windows'] as const)('changes nothing for the %s function', async (name) => {
    const instance = await deployment.start(name)
    const answer = await instance.invoke({ key1: 'value1', key2: 'value2', key3: 'value3' })
    await text(answer.body)
    expect(await answer.ended).toEqual({})
  })
})
