import { describe, expect, it } from 'vitest'
import { model, sampleCatalog, sampleDirectory } from '../../test/support/sample-catalog.ts'
import { GatewayError } from '../errors.ts'
import type { Integration, Provider, WorkspaceCatalog } from './catalog.ts'
import { resolveTarget, type TargetSignals } from './resolve.ts'

const nowMs = 1_000_000

interface Changes {
  readonly provider?: Partial<Provider>
  readonly integration?: Partial<Integration>
}

/** The sample catalog with the provider `oai` and its integration changed. */
function changed({ provider, integration }: Changes): WorkspaceCatalog {
  const catalog = sampleCatalog()
  return {
    ...catalog,
    providers: catalog.providers.map((each) => (each.slug === 'oai' ? { ...each, ...provider } : each)),
    integrations: catalog.integrations.map((each) => (each.id === 'i-oai' ? { ...each, ...integration } : each)),
  }
}

function resolve(signals: TargetSignals, catalog = sampleCatalog()): string {
  const { provider, integration, model: name } = resolveTarget(catalog, sampleDirectory, signals, nowMs)
  expect(provider.integrationId).toBe(integration.id)
  return `${provider.slug} ${name}`
}

function refusal(signals: TargetSignals, catalog = sampleCatalog()): GatewayError {
  try {
    resolveTarget(catalog, sampleDirectory, signals, nowMs)
  } catch (error) {
    if (error instanceof GatewayError) return error
  }
  throw new Error('it was not refused')
}

describe('addressing', () => {
  it.each<[TargetSignals, string]>([
    [{ model: '@oai/gpt-5' }, 'oai gpt-5'],
    [{ model: 'oai/gpt-5' }, 'oai gpt-5'],
    [{ model: 'openai/gpt-5' }, 'oai gpt-5'],
    [{ model: 'gemini/gemini-2.5-pro' }, 'goog gemini-2.5-pro'],
    [{ model: '@router/meta-llama/llama-3' }, 'router meta-llama/llama-3'],
    [{ model: 'router/meta-llama/llama-3' }, 'router meta-llama/llama-3'],
    [{ model: '@router/@cf/meta/llama' }, 'router @cf/meta/llama'],
    [{ model: '@cf/meta/llama', headerProvider: '@router' }, 'router @cf/meta/llama'],
    [{ model: '@hf/x/y', headerProvider: '@router' }, 'router @hf/x/y'],
    [{ model: 'gpt-5', headerProvider: '@oai' }, 'oai gpt-5'],
    [{ model: 'gpt-5', headerProvider: '@oai/whatever' }, 'oai gpt-5'],
    [{ model: 'gpt-5', headerProvider: 'openai' }, 'oai gpt-5'],
    [{ model: 'gpt-5', headerProvider: 'oai' }, 'oai gpt-5'],
    [{ model: 'gpt-5', headerVirtualKey: 'oai' }, 'oai gpt-5'],
    [{ model: 'gpt-5', queryModel: '@oai/gpt-4' }, 'oai gpt-5'],
    [{ model: '', queryModel: '@oai/gpt-4' }, 'oai gpt-4'],
    [{ model: 'openai/gpt-5', headerProvider: '@router' }, 'router openai/gpt-5'],
  ])('%j means %s', (signals, expected) => {
    expect(resolve(signals)).toBe(expected)
  })

  it('prefers the header over the virtual key over the model over the query, and always strips the prefix', () => {
    const all = { model: '@oai/m', headerProvider: '@router', headerVirtualKey: 'goog', queryModel: '@ant-eu/x' }
    const { headerProvider, ...withoutHeader } = all
    const { headerVirtualKey, ...withoutKey } = withoutHeader
    expect(resolve(all)).toBe('router m')
    expect(resolve(withoutHeader)).toBe('goog m')
    expect(resolve(withoutKey)).toBe('oai m')
  })

  it('lists the providers when a type has several', () => {
    const error = refusal({ model: 'anthropic/claude-sonnet-4-5' })
    expect(error.status).toBe(400)
    expect(error.message).toBe(
      "'anthropic' is ambiguous: this workspace has 2 providers of that type; name one of '@ant-eu', '@ant-us'",
    )
  })

  it('does not call a slug ambiguous that is also a type', () => {
    const catalog = sampleCatalog()
    const named = {
      ...catalog,
      providers: catalog.providers.map((each) => (each.slug === 'ant-eu' ? { ...each, slug: 'anthropic' } : each)),
    }
    expect(resolve({ model: 'anthropic/claude-x' }, named)).toBe('anthropic claude-x')
  })

  it('names the closest addresses of a bare model', () => {
    expect(refusal({ model: 'gpt-5' }).message).toMatch(
      /^no provider was named for the model 'gpt-5': write it as '@.*\/gpt-5'/,
    )
    expect(refusal({ model: 'claude-haiku-4-5' }).message).toContain("'@ant-us/claude-haiku-4-5'")
  })

  it('says that the provider before the slash is not there, and does not take it for a part of the model alone', () => {
    const catalog = sampleCatalog()
    const without = { ...catalog, providers: catalog.providers.filter(({ slug }) => slug !== 'goog') }
    expect(refusal({ model: 'gemini/gemini-3-pro' }, without).message).toMatch(
      /^no provider was named for the model 'gemini\/gemini-3-pro': this workspace has no provider 'gemini', which an administrator can add; if that is a part of the model's name, /,
    )
  })

  it('says so when the workspace has no provider', () => {
    expect(refusal({ model: 'gpt-5' }, { ...sampleCatalog(), providers: [] }).message).toBe(
      "no provider was named for the model 'gpt-5': this workspace has no provider yet; an administrator can add one",
    )
  })

  it('asks for the model when only a provider was named', () => {
    expect(refusal({ model: '@oai' }).message).toBe("no model was named; write it as '@oai/model'")
  })

  it('keeps a monstrous model name out of the message', () => {
    expect(refusal({ model: 'x'.repeat(10_000) }).message.length).toBeLessThan(2_000)
  })
})

describe('a provider that may not be used', () => {
  it.each<[string, TargetSignals, WorkspaceCatalog]>([
    ['unknown', { model: '@oia/gpt-5' }, sampleCatalog()],
    ['unknown in the header', { model: 'gpt-5', headerProvider: '@nope' }, sampleCatalog()],
    ['an unknown virtual key', { model: 'gpt-5', headerVirtualKey: 'nope' }, sampleCatalog()],
    ['of an archived integration', { model: '@oai/gpt-5' }, changed({ integration: { status: 'archived' } })],
    ['of a missing integration', { model: '@oai/gpt-5' }, changed({ provider: { integrationId: 'gone' } })],
    ["of another workspace's integration", { model: '@oai/gpt-5' }, changed({ integration: { workspaceId: 'w-2' } })],
    [
      'switched off for the workspace',
      { model: '@oai/gpt-5' },
      changed({ integration: { workspaces: [access(false)] } }),
    ],
  ])('%s is not valid', (_, signals, catalog) => {
    const error = refusal(signals, catalog)
    expect([error.status, error.code]).toEqual([400, 'invalid_request'])
    expect(error.message).toMatch(/^Following keys are not valid: (oia|nope|oai) \(/)
  })

  it('suggests the slug that was probably meant', () => {
    expect(refusal({ model: '@oia/gpt-5' }).message).toBe("Following keys are not valid: oia (did you mean 'oai'?)")
  })

  it.each<[string, WorkspaceCatalog]>([
    ['switched on', changed({ integration: { workspaces: [access(true)] } })],
    ['of this workspace', changed({ integration: { workspaceId: 'w-1' } })],
    ['that expires later', changed({ provider: { expiresAtMs: nowMs + 1 } })],
    ['whose budget a status calls exhausted, which the gate decides', changed({ provider: { status: 'exhausted' } })],
  ])('one %s is valid', (_, catalog) => {
    expect(resolve({ model: '@oai/gpt-5' }, catalog)).toBe('oai gpt-5')
  })

  it.each<[string, Partial<Provider>]>([
    ['by its time', { expiresAtMs: nowMs }],
    ['by its status', { status: 'expired' }],
  ])('expired %s is a 401 with the code that clients match', (_, provider) => {
    const error = refusal({ model: '@oai/gpt-5' }, changed({ provider }))
    expect([error.status, error.type, error.wireCode]).toEqual([401, 'virtual_key_expired_error', '01'])
  })
})

describe('the allow-list', () => {
  const closed = { allowAllModels: false, models: [model('gpt-5'), model('gpt-4', { enabled: false })] }

  it.each<[string, string, Partial<Integration>]>([
    ['a listed model', 'gpt-5', closed],
    ['an unlisted model where all are allowed', 'gpt-9', { allowAllModels: true, models: [] }],
    [
      'a custom model',
      'mine',
      { allowAllModels: false, models: [model('mine', { is_custom: true, base_model_slug: 'gpt-5' })] },
    ],
  ])('lets %s pass', (_, name, integration) => {
    expect(resolve({ model: `@oai/${name}` }, changed({ integration }))).toBe(`oai ${name}`)
  })

  it.each<[string, string, Partial<Integration>]>([
    ['an unlisted model', 'gpt-9', closed],
    ['a disabled model', 'gpt-4', closed],
    ['a disabled model even where all are allowed', 'gpt-4', { ...closed, allowAllModels: true }],
    ['any model of an empty list', 'gpt-5', { allowAllModels: false, models: [] }],
    ['another spelling', 'GPT-5', closed],
  ])('refuses %s with 412', (_, name, integration) => {
    const error = refusal({ model: `@oai/${name}` }, changed({ integration }))
    expect([error.status, error.type]).toEqual([412, 'model_not_allowed_error'])
    expect(error.message).toContain(`Model ${name} is not allowed for this integration`)
  })
})

function access(isEnabled: boolean): Integration['workspaces'][number] {
  return { workspaceId: 'w-1', isEnabled, usageLimits: [], rateLimits: [], limitEpoch: 0, startedAtMs: 0 }
}
