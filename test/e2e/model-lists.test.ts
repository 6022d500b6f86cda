/** `GET /v1/models` asks the providers themselves, and shows the price list where they do not tell. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let openai: OpenAI

beforeEach(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterEach(async () => {
  await sluice.stop()
  await upstream.stop()
})

const idsOf = async (options: object = {}) => (await openai.models.list(options)).data.map((model) => model.id)
const ofProvider = (slug: string) => ({ headers: { 'x-portkey-provider': `@${slug}` } })

describe('the models of a provider', () => {
  it('are those it lists itself, asked for with its own key and once', async () => {
    upstream.script(answerJson({ models: [{ name: 'models/gemini-9', displayName: 'Nine', inputTokenLimit: 9 }] }))
    await sluice.connect('goog', 'google', upstream.origin)
    expect((await idsOf()).filter((id) => id.startsWith('@goog'))).toEqual(['@goog/gemini-9'])
    await idsOf()
    expect(upstream.received.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/models?pageSize=1000'])
    expect(upstream.received[0]?.headers['x-goog-api-key']).toBe('secret-of-goog')
    expect(await openai.models.retrieve('@goog/gemini-9')).toMatchObject({ name: 'Nine', context_window: 9 })
  })

  it('of a self-hosted server are seen without a price list', async () => {
    upstream.script(answerJson({ object: 'list', data: [{ id: 'qwen-local', object: 'model', max_model_len: 8192 }] }))
    await sluice.connect('mine', 'vllm', upstream.origin)
    expect(await idsOf()).toContain('@mine/qwen-local')
    expect(upstream.received[0]?.path).toBe('/v1/models')
  })

  it('go by their own names for a client that has named the provider', async () => {
    upstream.script(answerJson({ data: [{ id: 'gpt-x' }] }))
    await sluice.connect('one', 'openai', upstream.origin)
    const { data } = await openai.models.list(ofProvider('one'))
    expect(data).toEqual([expect.objectContaining({ id: 'gpt-x', provider: 'openai', object: 'model' })])
    expect(await openai.models.retrieve('gpt-x', ofProvider('one'))).toMatchObject({ id: 'gpt-x', provider: 'openai' })
    const all = { headers: { ...ofProvider('one').headers, 'x-portkey-fetch-integrated-models': 'true' } }
    expect(await idsOf(all)).toContain('@one/gpt-x')
  })

  it('come page by page to Anthropic’s client, none left out', async () => {
    upstream.script(answerJson({ data: ['a', 'b', 'c'].map((id) => ({ id })) }))
    await sluice.connect('one', 'openai', upstream.origin)
    const anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
    const ids: string[] = []
    for await (const model of anthropic.models.list({ limit: 2 })) ids.push(model.id)
    expect(ids.filter((id) => id.startsWith('@one'))).toEqual(['@one/a', '@one/b', '@one/c'])
    expect(ids.length).toBe((await idsOf()).length)
    expect(await anthropic.models.retrieve('@one/b')).toMatchObject({ type: 'model', display_name: 'b' })
    const lost = anthropic.models.list({ after_id: '@one/z' })
    await expect(lost).rejects.toThrow("after_id names no model of the list: '@one/z'")
  })

  it('are removed at the provider itself', async () => {
    upstream.script(answerJson({ id: 'ft:gpt-4o:acme', deleted: true }))
    await sluice.connect('one', 'openai', upstream.origin)
    expect(await openai.models.delete('ft:gpt-4o:acme', ofProvider('one'))).toMatchObject({ deleted: true })
    expect(upstream.received.at(-1)).toMatchObject({ method: 'DELETE', path: '/v1/models/ft:gpt-4o:acme' })
  })

  it('are those of the price list while the provider gives none', async () => {
    upstream.script(answerJson({ error: { message: 'no' } }, 500))
    await sluice.connect('one', 'openai', upstream.origin)
    expect(await idsOf()).toContain('@one/gpt-4o')
  })
})
