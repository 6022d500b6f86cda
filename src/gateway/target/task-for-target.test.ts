import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage, secret } from '../../../test/support/gateway-ports.ts'
import { sampleCatalog } from '../../../test/support/sample-catalog.ts'
import { findProtocol } from '../../protocols/index.ts'
import { aiProviders } from '../../providers/index.ts'
import type { Settings } from '../../routing/config.ts'
import { bareLeaf } from '../../routing/plan.ts'
import type { Task } from '../line/task.ts'
import { resolveLeaf } from './find-target.ts'
import { taskForTarget } from './task-for-target.ts'

const body = { model: '@oai/gpt-5', stream: true, max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] }

function own(settings: Settings, headers: Record<string, string> = {}, more: Partial<Task> = {}) {
  const { ambient } = gatewayStage(() => Promise.reject(new Error('never')))
  const plain = chatCall(ambient, body)
  const call = { ...plain, headers: { ...plain.headers, ...headers } }
  const protocol = findProtocol('openai-chat')
  const catalog = sampleCatalog()
  const task = {
    call,
    body,
    catalog,
    protocol,
    peek: protocol.client?.peek(body),
    isStrict: true,
    ...more,
  } as unknown as Task
  const target = resolveLeaf(bareLeaf, { call, body, catalog, plan: bareLeaf, ports: { ambient, aiProviders } })
  return taskForTarget(task, target, settings)
}

describe('a request as its target is asked it', () => {
  it('keeps what the client sees of it, whatever the config overrides', () => {
    const { task } = own({ overrideParams: { model: 'other', stream: false, max_tokens: 9 } })
    expect(task.peek).toMatchObject({ model: '@oai/gpt-5', isStream: true, maxOutputTokens: 9 })
    expect(JSON.parse(Buffer.from(task.call.body).toString())).toEqual({
      ...body,
      model: 'other',
      stream: false,
      max_tokens: 9,
    })
  })

  it('waits as long as the request says, else the config', () => {
    expect(own({ requestTimeoutMs: 7 }).task.requestTimeoutMs).toBe(7)
    expect(own({ requestTimeoutMs: 7 }, {}, { requestTimeoutMs: 3 }).task.requestTimeoutMs).toBe(3)
  })

  it('is lax when either says so', () => {
    expect(own({}).task.isStrict).toBe(true)
    expect(own({ isStrict: false }).task.isStrict).toBe(false)
    expect(own({ isStrict: true }, {}, { isStrict: false }).task.isStrict).toBe(false)
  })

  it('refuses params that make no request of it', () => {
    expect(() => own({ overrideParams: { max_tokens: 'many' } })).toThrow('max_tokens')
  })
})

describe('forwarded headers', () => {
  const headers = { 'x-team': 'a', 'x-mine': `v ${secret}`, 'x-portkey-config': 'pc-1', host: 'h', cookie: 'c=1' }

  it('are those of the config, never ours, the connection’s or any that hold the gateway’s key', () => {
    const { target, warnings = [] } = own(
      { forwardHeaders: ['x-team', 'x-mine', 'x-portkey-config', 'host', 'cookie', 'x-none'] },
      headers,
    )
    expect(warnings.map(({ field }) => field)).toEqual([
      'headers.x-mine',
      'headers.x-portkey-config',
      'headers.host',
      'headers.cookie',
    ])
    expect(target.forwarded).toEqual({ 'x-team': 'a' })
  })

  it('are those of the request when it lists them', () => {
    const { target } = own(
      { forwardHeaders: ['cookie'] },
      { ...headers, 'x-portkey-forward-headers': 'X-Team , x-none' },
    )
    expect(target.forwarded).toEqual({ 'x-team': 'a' })
  })
})

describe('a host', () => {
  const saved = {
    plan: bareLeaf,
    hasTargets: false,
    warnings: [],
    saved: { id: 'c', slug: 'pc-c', versionId: 'v', isByOrganisation: true },
  }

  it('of the request beats the config’s', () => {
    const headers = { 'x-portkey-custom-host': 'https://api.openai.com/v1' }
    const { target } = own({ customHost: 'https://two.example.org' }, headers, { config: saved })
    expect(target.customHost).toBe('https://api.openai.com/v1')
    expect(target.isHostApproved).toBeUndefined()
  })

  it('of a config that the organisation saved may be any that the rules allow', () => {
    const { target } = own({ customHost: 'https://two.example.org' }, {}, { config: saved })
    expect(target).toMatchObject({ customHost: 'https://two.example.org', isHostApproved: true })
  })

  it.each<[Record<string, string>, Partial<Task>]>([
    [{ 'x-portkey-custom-host': 'https://evil.example.org/v1' }, { config: saved }],
    [{}, {}],
    [{}, { config: { ...saved, saved: { ...saved.saved, isByOrganisation: false } } }],
  ])('that the request or its workspace names gets no stored credentials: %j', (headers, more) => {
    expect(() => own({ customHost: 'https://evil.example.org' }, headers, more)).toThrow("stored credentials of '@oai'")
  })

  it.each(['/v1/deployments/dear', '/openai/deployments/dear/chat/completions', '/v2'])(
    'that is the provider’s own may not name another model in its path: %s',
    (path) => {
      expect(() => own({ customHost: `https://api.openai.com${path}` })).toThrow("stored credentials of '@oai'")
    },
  )

  it.each(['', '/', '/v1/', '/v1/chat/completions'])(
    'that is the provider’s own may say where its paths begin: %j',
    (path) => {
      expect(own({ customHost: `https://api.openai.com${path}` }).target.customHost).toBeDefined()
    },
  )

  it('that is the provider’s own is no other host', () => {
    expect(own({ customHost: 'https://api.openai.com/v1' }).target.customHost).toBe('https://api.openai.com/v1')
  })
})
