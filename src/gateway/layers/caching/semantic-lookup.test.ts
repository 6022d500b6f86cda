import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage, recordingSink } from '../../../../test/support/gateway-ports.ts'
import { chatAnswer } from '../../../../test/support/upstream.ts'
import { createCacheServices } from '../../../cache/cache-services.ts'
import type { AnswerCache, CacheEntry } from '../../../cache/entry.ts'
import type { SimilarQuestion, VectorIndex } from '../../../cache/vector-index.ts'
import type { Call, UpstreamRequest, UpstreamResponse } from '../../ports.ts'
import { serve } from '../../serve.ts'

async function* bytesOf(json: object) {
  yield Buffer.from(JSON.stringify(json))
}

const answer = (json: object): UpstreamResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: bytesOf(json),
})
const vectors = { object: 'list', data: [{ index: 0, embedding: [1, 0] }], usage: { prompt_tokens: 3 } }
const isEmbedding = ({ url }: UpstreamRequest) => url.pathname.endsWith('/embeddings')
const answering = async (request: UpstreamRequest) => answer(isEmbedding(request) ? vectors : chatAnswer('hello'))

const never = <T>() => new Promise<T>(() => {})

interface Given {
  readonly index?: Partial<VectorIndex>
  readonly upstream?: (request: UpstreamRequest) => Promise<UpstreamResponse>
  readonly hasVectors?: boolean
}

function stageWith({ index = {}, upstream = answering, hasVectors = true }: Given) {
  const kept = new Map<string, CacheEntry>()
  const answers: AnswerCache = {
    read: async (key) => kept.get(key),
    async put(key, entry) {
      kept.set(key, entry)
      return true
    },
  }
  const put: string[] = []
  const given: VectorIndex = {
    dimensions: [2],
    async put({ id }) {
      put.push(id)
    },
    nearest: async () => put.map((id): SimilarQuestion => ({ id, similarity: 1 })),
    ...index,
  }
  const stage = gatewayStage(upstream, { cache: createCacheServices(answers, hasVectors ? given : undefined) })
  const cache = { mode: 'semantic', embedding_model: '@oai/text-embedding-3-small' }
  const ask = (text: string, more: Partial<Call> = {}) => {
    const plain = chatCall(stage.ambient, { model: 'gpt-5', messages: [{ role: 'user', content: text }] }, more)
    const config = JSON.stringify({ provider: '@oai', cache })
    const sink = recordingSink()
    const done = serve({ ...plain, headers: { ...plain.headers, 'x-portkey-config': config } }, sink, stage.ports)
    return { sink, done }
  }
  const chats = () => stage.closed.filter(({ operation }) => operation === 'chat')
  return { ...stage, ask, put, kept, chats }
}

/** Lets every promise that can go on do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a search by meaning', () => {
  it('gives the answer of a neighbour whose words agree', async () => {
    const { ask, chats } = stageWith({})
    await ask('How do I cook rice?').done
    await ask('How can I cook the rice?').done
    await ask('How do I cook pasta?').done
    expect(chats().map((log) => log.cacheStatus)).toEqual(['SEMANTIC MISS', 'SEMANTIC HIT', 'SEMANTIC MISS'])
  })

  it('takes no neighbour below the threshold', async () => {
    const index = { nearest: async () => [...kept.keys()].map((id) => ({ id, similarity: 0.94 })) }
    const { ask, chats, kept } = stageWith({ index })
    await ask('How do I cook rice?').done
    await ask('How can I cook the rice?').done
    expect(chats().map((log) => log.cacheStatus)).toEqual(['SEMANTIC MISS', 'SEMANTIC MISS'])
  })

  it('is given up when the embedding does not come within 2 s', async () => {
    const silent = ({ signal }: UpstreamRequest) =>
      new Promise<UpstreamResponse>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const upstream = (request: UpstreamRequest) => (isEmbedding(request) ? silent(request) : answering(request))
    const { ask, chats, ambient, put } = stageWith({ upstream })
    const { done, sink } = ask('Why?')
    await settle()
    expect(sink.status).toBe(0)
    ambient.advance(2_000)
    await done
    expect(sink.status).toBe(200)
    expect(chats()).toMatchObject([{ cacheStatus: 'MISS', warnings: [{ field: 'cache.mode' }] }])
    expect(put).toEqual([])
  })

  it('is given up when neighbours do not come within 3 s', async () => {
    const { ask, chats, ambient } = stageWith({ index: { nearest: () => never() } })
    const { done } = ask('Why?')
    await settle()
    ambient.advance(3_000)
    await done
    expect(chats()).toMatchObject([{ cacheStatus: 'MISS', status: 200 }])
  })

  it('that fails costs the call, not the answer', async () => {
    const index = {
      nearest: async () => Promise.reject(new Error('the index is away')),
      put: async () => Promise.reject(new Error('the index is away')),
    }
    const { ask, chats } = stageWith({ index })
    await ask('Why?').done
    expect(chats()).toMatchObject([{ cacheStatus: 'MISS', status: 200, warnings: [{ field: 'cache.mode' }] }])
  })

  it('ends when the client leaves, and neither asks nor charges the provider', async () => {
    const { ask, chats, sent } = stageWith({ index: { nearest: () => never() } })
    const gone = new AbortController()
    const { done } = ask('Why?', { clientGone: gone.signal })
    await settle()
    gone.abort()
    await done
    expect(sent.map(isEmbedding)).toEqual([true])
    expect(chats()).toMatchObject([{ outcome: 'client-closed', status: 499, costNanos: 0 }])
  })

  it('is not made where there is no place for vectors', async () => {
    const { ask, chats, sent } = stageWith({ hasVectors: false })
    await ask('Why?').done
    expect(sent).toHaveLength(1)
    expect(chats()).toMatchObject([{ cacheStatus: 'MISS', warnings: [{ reason: expect.stringContaining('vectors') }] }])
  })

  it('asks for one embedding however often the provider is tried', async () => {
    let calls = 0
    const upstream = async (request: UpstreamRequest) => {
      if (isEmbedding(request)) return answer(vectors)
      calls += 1
      return calls === 1 ? { ...answer({ error: { message: 'busy' } }), status: 503 } : answer(chatAnswer('hello'))
    }
    const { ambient, ports, sent, chats } = stageWith({ upstream })
    const cache = { mode: 'semantic', embedding_model: '@oai/text-embedding-3-small' }
    const config = { provider: '@oai', cache, retry: { attempts: 1 } }
    const plain = chatCall(ambient, { model: 'gpt-5', messages: [{ role: 'user', content: 'Why?' }] })
    const headers = { ...plain.headers, 'x-portkey-config': JSON.stringify(config) }
    const done = serve({ ...plain, headers }, recordingSink(), ports)
    await settle()
    ambient.advance(60_000)
    await done
    expect(sent.map(isEmbedding)).toEqual([true, false, false])
    expect(chats()).toMatchObject([{ cacheStatus: 'SEMANTIC MISS', status: 200 }])
  })
})
