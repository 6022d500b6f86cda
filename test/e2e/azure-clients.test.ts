/** Azure's OpenAI client as a client of the gateway: its paths, its key header, deployments as names of models. */
import { AzureOpenAI } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerEvents, answerJson, chatAnswer, chatStream, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream(answerJson(chatAnswer('hello')))
  sluice = await startSluice()
  await sluice.connect('sim', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const client = (deployment: string) =>
  new AzureOpenAI({
    endpoint: sluice.origin,
    apiKey: sluice.apiKey,
    apiVersion: '2024-10-21',
    deployment,
    maxRetries: 0,
  })
const messages = [{ role: 'user' as const, content: 'hi' }]

describe("Azure's official client", () => {
  it.each(['@sim/gpt-4o', 'gpt-4o'])('names the model by its deployment: %s', async (deployment) => {
    upstream.script(answerJson(chatAnswer('hello')))
    const answer = await client(deployment).chat.completions.create({ model: '', messages })
    expect(answer.choices[0]?.message.content).toBe('hello')
    const { path, headers, json } = upstream.received.at(-1)!
    expect(path).toBe('/v1/chat/completions')
    expect(json().model).toBe('gpt-4o')
    expect(JSON.stringify(headers)).not.toContain(sluice.apiKey)
  })

  it('streams', async () => {
    upstream.script(answerEvents(chatStream(['hel', 'lo'])))
    const stream = await client('@sim/gpt-4o').chat.completions.create({ model: '', messages, stream: true })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('hello')
  })

  it('writes the paths of the v1 API as well', async () => {
    upstream.script(answerJson(chatAnswer('hello')))
    const response = await fetch(`${sluice.origin}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { 'api-key': sluice.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify({ model: '@sim/gpt-4o', messages }),
    })
    expect(response.status).toBe(200)
  })

  it('is told of a wrong key in the words of its wire', async () => {
    const wrong = new AzureOpenAI({
      endpoint: sluice.origin,
      apiKey: 'wrong',
      apiVersion: '2024-10-21',
      deployment: 'a',
      maxRetries: 0,
    })
    await expect(wrong.chat.completions.create({ model: '', messages })).rejects.toMatchObject({ status: 401 })
  })
})
