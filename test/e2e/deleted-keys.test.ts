/** A key that was deleted, changed or rotated in the very process that serves requests. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream(answerJson(chatAnswer('hello')))
  sluice = await startSluice()
  await sluice.connect('up', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const ask = async (secret: string) =>
  (
    await sluice.post(
      '/v1/chat/completions',
      { model: '@up/gpt-5', messages: [{ role: 'user', content: 'hi' }] },
      { authorization: `Bearer ${secret}` },
    )
  ).status

describe('a key', () => {
  it('is good for nothing as soon as its deletion is answered', async () => {
    const { id, secret } = await sluice.client.makeKey()
    expect(await ask(secret)).toBe(200)
    await sluice.admin('DELETE', `/api-keys/${id}`)
    expect(await ask(secret)).toBe(401)
  })

  it('has no more scopes than its last change left it', async () => {
    const { id, secret } = await sluice.client.makeKey()
    expect(await ask(secret)).toBe(200)
    await sluice.admin('PUT', `/api-keys/${id}`, { scopes: ['logs.list'] })
    expect(await ask(secret)).toBe(403)
  })
})
