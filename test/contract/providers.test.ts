/** One suite for every AI provider: what a row must hold so that the gateway can call it without knowing it. */
import { describe, expect, it } from 'vitest'
import { createPriceList } from '../../src/pricing/list.ts'
import { nativeProtocols, protocols } from '../../src/protocols/index.ts'
import type { WireId } from '../../src/protocols/protocol.ts'
import { listReshapes } from '../../src/protocols/reshapes/load.ts'
import { upstreamUrl } from '../../src/providers/address.ts'
import { findHostFault } from '../../src/providers/host-rules.ts'
import { findAiProvider, listAiProviders } from '../../src/providers/index.ts'
import type { AiProvider, Credentials, Draft } from '../../src/providers/provider.ts'

import { credentialPorts } from '../support/credential-ports.ts'

const wires = [...Object.keys({ ...protocols, ...nativeProtocols }), ...listReshapes()] as readonly WireId[]
const key = 'k-1f9e'
/** What providers whose address names a setting are given. */
const settings = {
  vertex_project_id: 'proj',
  azure_resource_name: 'res',
  databricks_workspace: 'dbc-1',
  snowflake_account: 'org-account',
  workers_ai_account_id: 'account',
  predibase_tenant_id: 'tenant',
}
const prices = createPriceList()

/** The price library knows nothing of these: their models need a price of their own. */
const unpriced = new Set(
  (
    'nebius deepinfra ollama vllm sglang lmstudio self-hosted demo huggingface databricks 302ai aibadgr anyscale ' +
    'byteplus cometapi cortex dashscope deepbricks featherless-ai github hyperbolic inference-net iointelligence ' +
    'kluster-ai krutrim lambda latitude lemonfox-ai lepton lingyi matterai monsterapi ncompass nextbit nscale ' +
    'parasail predibase sambanova siliconflow upstage ai21 bytez fal-ai jina lightning-ai meshy milvus nomic oracle ' +
    'pinecone qdrant recraft-ai reka-ai replicate sagemaker scenario-ai segmind stability-ai tripo3d triton'
  ).split(' '),
)
/** Takes no key at all. */
const keyless = new Set(['demo'])
/** Says what is missing instead of sending a request without a credential. */
const demanding = new Set(['bedrock', 'bedrock-mantle', 'claude-platform-aws', 'sagemaker'])
/** Answered inside the process, so its name is one that cannot exist outside. */
const inProcess = new Set(['demo'])

function draftFor(aiProvider: AiProvider): Draft {
  const url = new URL(aiProvider.origin?.replace(/\{\w+\}/g, 'x') ?? 'https://models.example.com')
  return Object.freeze({ method: 'POST', url, headers: Object.freeze({ 'x-kept': '1' }) })
}

describe.each(listAiProviders().map((row) => [row.id as string, row] as const))('AI provider %s', (id, row) => {
  const sign = async (credentials: Credentials) => row.authenticate(draftFor(row), credentials, credentialPorts())

  it('has a kebab-case id and is found by it and its aliases', () => {
    for (const name of [id, ...row.aliases]) {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(findAiProvider(name)).toBe(row)
    }
    expect(row.name.trim()).not.toBe('')
  })

  it('speaks wires that the gateway has, each at an absolute path', () => {
    for (const [wire, spoken] of Object.entries(row.speaks)) {
      expect(wires).toContain(wire)
      const { origin, ...paths } = typeof spoken === 'string' ? { path: spoken, origin: undefined } : spoken
      for (const path of Object.values(paths)) expect(path).toMatch(/^\/[a-z0-9/:{}_-]+[a-z0-9}](?:\?alt=sse)?$/i)
      if (origin !== undefined) expect(origin).toMatch(/^https:\/\/[a-z0-9.{}_-]+$/)
    }
  })

  it('has a base for its own paths where it speaks no wire', () => {
    if (Object.keys(row.speaks).length === 0) expect(row.rawBase).toBeTypeOf('string')
  })

  it('is reached over https at a public host, or at a custom host', () => {
    for (const wire of wires.filter((each) => row.speaks[each] !== undefined)) {
      const parts = { aiProvider: row, wire, model: 'a/b:1', configurations: settings }
      const custom = upstreamUrl({ ...parts, customHost: 'https://models.example.com/v1' })
      // behind a base that is another wire's, this wire's own prefix takes its place: `/anthropic/v1`
      const isVersioned = /\/v1\//.test(
        upstreamUrl(row.origin === undefined ? { ...parts, customHost: 'https://m.example.com' } : parts).pathname,
      )
      expect(custom.href).toMatch(
        isVersioned
          ? /^https:\/\/models\.example\.com\/(?:[a-z-]+\/)?v1\/[a-z0-9/:%_-]+$/i
          : /^https:\/\/models\.example\.com\/[a-z0-9/:%_-]+$/i,
      )
      expect(custom.pathname).not.toMatch(/\/v1\/(?:.*\/)?v1\//)
      if (row.origin === undefined) continue
      const own = upstreamUrl(parts)
      expect(own.protocol).toBe('https:')
      if (!inProcess.has(id)) expect(findHostFault(own, { allowedHosts: [] })).toBeUndefined()
    }
  })

  it('places every model in wires that it speaks', () => {
    const names = [
      'm',
      'a/b:1',
      'text-embedding-3',
      'imagen-4',
      'x-image',
      'cohere.rerank-v3-5:0',
      'claude-1',
      'anthropic.c',
    ]
    for (const name of [...names, 'amazon.titan-embed-text-v2:0', 'stability.sd3', 'semantic-ranker-512@latest']) {
      const placed = row.placeModel?.(name, settings)
      expect(placed?.wires).not.toEqual([])
      for (const wire of [...(placed?.wires ?? []), ...Object.keys(placed?.paths ?? {})])
        expect(Object.keys(row.speaks)).toContain(wire)
    }
  })

  it('puts the key into a header and nowhere else', async () => {
    const signed = await sign({ key, configurations: {} })
    expect(signed.headers['x-kept']).toBe('1')
    expect(signed.url.href).not.toContain(key)
    const carriers = Object.values(signed.headers).filter((value) => value.includes(key))
    expect(carriers).toHaveLength(keyless.has(id) ? 0 : 1)
  })

  it.runIf(demanding.has(id))('says what is missing when there is no key', async () => {
    await expect(sign({ configurations: {} })).rejects.toThrow(/must be one of/)
  })

  it.skipIf(demanding.has(id))('sends no credential when there is no key', async () => {
    expect((await sign({ configurations: {} })).headers).toEqual({ 'x-kept': '1' })
    expect((await sign({ key: '', configurations: {} })).headers).toEqual({ 'x-kept': '1' })
  })

  it('writes header names in lower case', () => {
    const names = [...Object.keys(row.headers), ...row.forwards]
    expect(names).toEqual(names.map((name) => name.toLowerCase()))
  })

  it("never passes on the client's own credentials", () => {
    for (const name of ['authorization', 'x-api-key', 'cookie', 'x-portkey-api-key'])
      expect(row.forwards).not.toContain(name)
  })

  it('survives any frame in its quirks', () => {
    for (const quirk of row.quirks) {
      expect(quirk.name).not.toBe('')
      for (const data of ['[DONE]', '{', 'null', '[]', '{"choices":[]}'])
        expect(quirk.usageIn?.({ data })).toBeUndefined()
    }
  })

  it('has models in the price list, unless it is known to have none', async () => {
    const models = await prices.models(row.priceListId ?? id)
    expect(models.length > 0).toBe(!unpriced.has(id))
  })
})

const cap = { max_completion_tokens: 'max_tokens' }

/** What providers are known to refuse or to call otherwise, by the names that clients send; all else passes. */
const deviations: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  'mistral-ai': { ...cap, seed: 'random_seed', stream_options: null, store: null, user: null, logit_bias: null },
  openrouter: { models: null, route: null, preset: null },
  groq: { logprobs: null, top_logprobs: null, logit_bias: null },
  cerebras: {
    frequency_penalty: null,
    presence_penalty: null,
    logit_bias: null,
    parallel_tool_calls: null,
    service_tier: null,
  },
  ...Object.fromEntries(
    'ai21 bytez cohere dashscope deepseek novita-ai ollama perplexity-ai siliconflow together-ai upstage workers-ai z-ai zhipu'
      .split(' ')
      .map((id) => [id, cap]),
  ),
}

describe('keys of a request', () => {
  it.each(listAiProviders().map((row) => [row.id as string, row] as const))('reach %s as it takes them', (id, row) => {
    expect(Object.assign({}, ...row.quirks.map(({ keys }) => keys))).toEqual(deviations[id] ?? {})
  })
})
