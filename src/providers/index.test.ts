import { describe, expect, it } from 'vitest'
import { credentialPorts } from '../../test/support/credential-ports.ts'
import { administeredProviders } from './administered.ts'
import { canonicalId, findAiProvider, listAiProviders } from './index.ts'
import type { Credentials, Draft } from './provider.ts'

async function send(id: string, credentials: Credentials, headers: Record<string, string> = {}): Promise<Draft> {
  const draft = { method: 'POST', url: new URL('https://a.example'), headers }
  return findAiProvider(id)!.authenticate(draft, credentials, credentialPorts())
}

describe('the list of AI providers', () => {
  it.each([
    ['gemini', 'google'],
    ['mistral', 'mistral-ai'],
    ['xai', 'x-ai'],
    ['perplexity', 'perplexity-ai'],
    ['sgl', 'sglang'],
    ['azure', 'azure-openai'],
    ['vertex', 'vertex-ai'],
    ['OpenAI', 'openai'],
    ['constructor', undefined],
  ])('knows %s as %s', (name, id) => {
    expect(canonicalId(name)).toBe(id)
  })

  it('tells administrators which providers need a custom host', () => {
    const needy = administeredProviders.list().filter((row) => row.needsCustomHost)
    expect(needy.map((row) => row.id).sort()).toEqual(
      'lmstudio milvus modal ollama qdrant self-hosted sglang triton vllm'.split(' '),
    )
  })

  it('uses each name and alias once', () => {
    const names = listAiProviders().flatMap((row) => [row.id, ...row.aliases])
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('authentication', () => {
  it('sends a bearer token, and nothing when there is no key', async () => {
    expect((await send('openai', { key: 'k', configurations: {} })).headers).toEqual({ authorization: 'Bearer k' })
    expect((await send('vllm', { key: '', configurations: {} })).headers).toEqual({})
    expect((await send('vllm', { configurations: {} })).headers).toEqual({})
    expect((await send('demo', { key: 'k', configurations: {} })).headers).toEqual({})
  })

  it("sends the integration's organisation and project to OpenAI, over the client's own", async () => {
    const configurations = { openai_organization: 'org-1', openai_project: 'p-1', custom_host: 'x' }
    const draft = await send('openai', { key: 'k', configurations }, { 'openai-organization': 'org-of-client' })
    expect(draft.headers).toEqual({
      authorization: 'Bearer k',
      'openai-organization': 'org-1',
      'openai-project': 'p-1',
    })
  })

  it('sends an Anthropic key as x-api-key', async () => {
    expect((await send('anthropic', { key: 'sk-ant-api03-x', configurations: {} })).headers).toEqual({
      'x-api-key': 'sk-ant-api03-x',
    })
  })

  it('sends an Anthropic OAuth token as a bearer token with its beta beside the others', async () => {
    const draft = await send('anthropic', { key: 'sk-ant-oat01-x', configurations: {} }, { 'anthropic-beta': 'a, b' })
    expect(draft.headers).toEqual({ authorization: 'Bearer sk-ant-oat01-x', 'anthropic-beta': 'a,b,oauth-2025-04-20' })
  })
})

describe('usage inside x_groq', () => {
  const read = findAiProvider('groq')!.quirks[0]!.usageIn!

  it('is read with cached tokens apart', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    }
    expect(read({ data: JSON.stringify({ x_groq: { usage } }) })).toEqual({
      inputUncached: 6,
      inputCacheRead: 4,
      output: 5,
      outputReasoning: 2,
      raw: usage,
    })
  })

  it.each([undefined, '[DONE]', '{', '{"x_groq":{}}', '{"x_groq":{"usage":{"prompt_tokens":"1"}}}', '{"x_groq":null}'])(
    'is unknown in %j',
    (data) => {
      expect(read(data === undefined ? {} : { data })).toBeUndefined()
    },
  )
})
