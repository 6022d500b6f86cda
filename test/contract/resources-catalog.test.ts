/** Rules of workspaces, integrations, providers and policies beyond the five verbs. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { PolicyDocument } from '../../src/admin/policy.ts'
import type { Integration } from '../../src/catalog/catalog.ts'
import { type AdminStage, makeIntegration, makeKey, startAdminStage } from '../support/admin-ports.ts'

let stage: AdminStage
beforeEach(async () => {
  stage = await startAdminStage()
})

const post = (path: string, body: unknown) => stage.call('POST', path, { body })
const put = (path: string, body: unknown) => stage.call('PUT', path, { body })
const get = async (path: string, query: Record<string, string> = {}) => (await stage.call('GET', path, { query })).json

describe('workspaces', () => {
  it('keep the default one, and want the name before they go', async () => {
    expect(
      (
        await stage.call('DELETE', `/admin/workspaces/${stage.workspaceId}`, {
          body: { name: 'Shared Team Workspace' },
        })
      ).status,
    ).toBe(400)
    const { id } = (await post('/admin/workspaces', { name: 'Billing' })).json
    expect((await stage.call('DELETE', `/admin/workspaces/${id}`, { body: { name: 'billing' } })).status).toBe(400)
    expect((await stage.call('DELETE', `/admin/workspaces/${id}`)).status).toBe(400)
  })

  it('are not deleted over what they hold unless forced, and then their keys are dead', async () => {
    const { id } = (await post('/admin/workspaces', { name: 'Billing' })).json
    const key = await makeKey(stage, ['providers.list'], id)
    const refused = await stage.call('DELETE', `/admin/workspaces/${id}`, { body: { name: 'Billing' } })
    expect(refused).toMatchObject({ status: 409, json: { errorCode: 'AB07' } })
    const forced = await stage.call('DELETE', `/admin/workspaces/${id}`, {
      body: { name: 'Billing', force_delete: true },
    })
    expect(forced).toMatchObject({ status: 200, json: {} })
    expect((await stage.call('GET', '/providers', { key })).status).toBe(401)
    expect((await stage.call('GET', `/admin/workspaces/${id}`)).status).toBe(404)
  })

  it('put the icon before the name unless asked for it plain', async () => {
    const { id, slug } = (await post('/admin/workspaces', { name: 'Billing', icon: '💶' })).json
    expect(slug).toMatch(/^ws-billin-[0-9a-f]{6}$/)
    expect((await get(`/admin/workspaces/${id}`)).name).toBe('💶 Billing')
    expect((await get(`/admin/workspaces/${slug}`, { name_format: 'plain' })).name).toBe('Billing')
    await put(`/admin/workspaces/${id}`, { icon: '' })
    expect(await get(`/admin/workspaces/${id}`)).toMatchObject({ name: 'Billing', icon: null })
  })

  it('are found by name', async () => {
    await post('/admin/workspaces', { name: 'Billing' })
    expect((await get('/admin/workspaces', { name: 'Bill' })).total).toBe(1)
    expect((await get('/admin/workspaces', { exact_name: 'Bill' })).total).toBe(0)
  })
})

describe('integrations', () => {
  it('keep secrets in the vault and show masks', async () => {
    const body = {
      name: 'Acme',
      ai_provider_id: 'acme-ai',
      slug: 'acme-x',
      key: 'sk-acme-0123456789',
      configurations: {
        aws_region: 'eu-west-1',
        aws_secret_access_key: 'abcdefghijklmnop',
        custom_headers: { 'x-api-key': 'topsecret-123' },
      },
    }
    const { id } = (await post('/integrations', body)).json
    const shown = await get('/integrations/acme-x')
    expect(shown).toMatchObject({
      ai_provider_id: 'acme',
      type: 'organisation',
      masked_key: 'sk*****789',
      configurations: {
        aws_region: 'eu-west-1',
        masked_aws_secret_access_key: 'ab*****nop',
        custom_headers: { 'x-api-key': 'to*****123' },
      },
    })
    expect(JSON.stringify(shown)).not.toMatch(/sk-acme-0123456789|abcdefghijklmnop|topsecret/)
    expect(JSON.parse(stage.secrets.get(`sluice/integrations/${id}`) ?? '')).toEqual({
      key: 'sk-acme-0123456789',
      configurations: { aws_secret_access_key: 'abcdefghijklmnop' },
      nested: { '/custom_headers/x-api-key': 'topsecret-123' },
    })
    const stored = await stage.ports.documents.read<Integration>('integration', id)
    expect(JSON.stringify(stored)).not.toMatch(/sk-acme-0123456789|abcdefghijklmnop/)
  })

  it('change one secret and keep the others', async () => {
    const configurations = { aws_region: 'eu-west-1', aws_secret_access_key: 'abcdefghijklmnop' }
    const { id } = (
      await post('/integrations', {
        name: 'A',
        ai_provider_id: 'acme',
        slug: 'a',
        key: 'sk-acme-0123456789',
        configurations,
      })
    ).json
    expect((await put('/integrations/a', { key: 'sk-acme-9876543210' })).json).toEqual({})
    expect(JSON.parse(stage.secrets.get(`sluice/integrations/${id}`) ?? '')).toEqual({
      key: 'sk-acme-9876543210',
      configurations: { aws_secret_access_key: 'abcdefghijklmnop' },
    })
    await put('/integrations/a', await get('/integrations/a'))
    expect(await get('/integrations/a')).toMatchObject({
      masked_key: 'sk*****210',
      configurations: { aws_region: 'eu-west-1' },
    })
  })

  it('name the nearest AI provider for an unknown one', async () => {
    const reply = await post('/integrations', { name: 'A', ai_provider_id: 'acne' })
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain("did you mean 'acme'?")
  })

  it('refuse addresses that are not allowed, in settings and in models', async () => {
    const at = (custom_host: unknown) =>
      post('/integrations', { name: 'A', ai_provider_id: 'own-server', configurations: { custom_host } })
    for (const host of [
      'http://169.254.169.254/latest',
      'ftp://x',
      'https://a.example#frag',
      'https://u:p@a.example',
      'nonsense',
      5,
    ])
      expect((await at(host)).status, String(host)).toBe(400)
    expect((await post('/integrations', { name: 'A', ai_provider_id: 'own-server' })).status).toBe(400)
    expect((await at('https://a.example/v1')).status).toBe(200)
    await makeIntegration(stage)
    const models = [{ slug: 'm', enabled: true, configurations: { custom_host: 'http://169.254.169.254/' } }]
    expect((await put('/integrations/acme-main/models', { models })).status).toBe(400)
  })

  it('leave no secret behind when they are refused or deleted', async () => {
    await makeIntegration(stage, 'taken')
    const before = stage.secrets.size
    expect(
      (await post('/integrations', { name: 'A', ai_provider_id: 'acme', slug: 'taken', key: 'sk-acme-0123456789' }))
        .status,
    ).toBe(409)
    expect(stage.secrets.size).toBe(before)
    await stage.call('DELETE', '/integrations/taken')
    expect(stage.secrets.size).toBe(before - 1)
    expect((await get('/providers')).total).toBe(0)
  })

  it('of one workspace bring their provider along and are seen there alone', async () => {
    const key = await makeKey(stage, ['workspace_integrations.create', 'workspace_integrations.list', 'providers.list'])
    const made = await stage.call('POST', '/integrations', {
      key,
      body: { name: 'Own', ai_provider_id: 'acme', slug: 'own' },
    })
    expect(made.status).toBe(200)
    expect((await stage.call('GET', '/integrations', { key })).json.data).toMatchObject([
      { slug: 'own', type: 'workspace' },
    ])
    expect((await stage.call('GET', '/providers', { key })).json.data).toMatchObject([
      { slug: 'own', integration_id: 'own' },
    ])
    expect((await get('/integrations', { type: 'organisation' })).total).toBe(0)
  })
})

describe('models of an integration', () => {
  it('are set one by one, and only custom ones can be removed', async () => {
    await makeIntegration(stage)
    const price = {
      type: 'static',
      pay_as_you_go: { request_token: { price: 0.00025 }, response_token: { price: 0.001 } },
    }
    await put('/integrations/acme-main/models', {
      models: [{ slug: 'mine', enabled: true, is_custom: true, pricing_config: price }],
    })
    await put('/integrations/acme-main/models', {
      models: [{ slug: 'gpt-5', enabled: false }],
      allow_all_models: false,
    })
    const shown = await get('/integrations/acme-main/models')
    expect(shown).toMatchObject({ total: 2, allow_all_models: false })
    expect(shown.models).toMatchObject([
      { slug: 'mine', enabled: true, is_custom: true, pricing_config: price },
      { slug: 'gpt-5', enabled: false, is_custom: false },
    ])
    expect((await stage.call('DELETE', '/integrations/acme-main/models', { query: { slugs: 'gpt-5' } })).status).toBe(
      400,
    )
    expect(
      (await stage.call('DELETE', '/integrations/acme-main/models', { body: { models: [{ slug: 'mine' }] } })).status,
    ).toBe(200)
    expect((await get('/integrations/acme-main/models')).total).toBe(1)
  })

  it('may be none at all', async () => {
    await makeIntegration(stage)
    expect((await put('/integrations/acme-main/models', { allow_all_models: false, models: [] })).json).toEqual({})
  })

  it('refuse a price that cannot be charged', async () => {
    await makeIntegration(stage)
    const bad = [
      { request_token: { price: -1 } },
      { request_token: { price: '1' } },
      { request_token: { cost: 1 } },
      { request_token: { price: 1 }, respons_token: { price: 1 } },
      {},
      undefined,
    ]
    for (const pay_as_you_go of bad) {
      const models = [{ slug: 'mine', enabled: true, pricing_config: { type: 'static', pay_as_you_go } }]
      expect((await put('/integrations/acme-main/models', { models })).status).toBe(400)
    }
    for (const pricing_adjustments of [
      { multiplier: { default: -0.5 } },
      { multiplier: { defualt: 2 } },
      { default: 2 },
    ])
      expect((await put('/integrations/acme-main', { pricing_adjustments })).status).toBe(400)
  })
})

describe('workspaces of an integration', () => {
  const path = '/integrations/acme-main/workspaces'

  it('give a provider with the access and cut it with the row', async () => {
    await makeIntegration(stage)
    expect((await get('/providers')).data).toMatchObject([
      { slug: 'acme-main', integration_id: 'acme-main', ai_provider_name: 'acme' },
    ])
    const slug = (await get(`/admin/workspaces/${stage.workspaceId}`)).slug
    await put(path, { workspaces: [{ id: slug, enabled: false }] })
    expect((await get(path)).workspaces).toMatchObject([{ id: slug, enabled: false, usage_limits: null }])
    expect((await post('/providers', { name: 'p', integration_id: 'acme-main' })).status).toBe(400)
  })

  it('carry limits per workspace, reset by epoch, and keep rows that are not named', async () => {
    await makeIntegration(stage)
    const other = (await post('/admin/workspaces', { name: 'Other' })).json
    const usage_limits = [{ type: 'cost', credit_limit: 100, alert_threshold: 80, periodic_reset: 'monthly' }]
    const rate_limits = [{ type: 'requests', unit: 'rpm', value: 300 }]
    await put(path, { workspaces: [{ id: other.slug, enabled: true, usage_limits, rate_limits }] })
    await put(path, { workspaces: [{ id: other.id, reset_usage: true }] })
    const shown = await get(path)
    expect(shown.total).toBe(2)
    expect(shown.workspaces[1]).toMatchObject({
      id: other.slug,
      enabled: true,
      usage_limits: [{ credit_limit: 100, current_usage: 0 }],
      rate_limits,
    })
    const stored = await stage.ports.documents.read<Integration>('integration', 'acme-main', 'organisation')
    expect(stored?.document.workspaces[1]).toMatchObject({ limitEpoch: 1 })
  })

  it('follow the global access into every future workspace', async () => {
    await makeIntegration(stage)
    const limits = { usage_limits: [{ type: 'tokens', credit_limit: 1000 }] }
    await put(path, { workspaces: [], global_workspace_access: { enabled: true, ...limits } })
    const later = (await post('/admin/workspaces', { name: 'Later' })).json
    expect((await get('/providers', { workspace_id: later.id })).data).toMatchObject([{ slug: 'acme-main' }])
    const shown = await get(path)
    expect(shown.global_workspace_access).toEqual({ enabled: true, rate_limits: null, ...limits })
    expect(shown.workspaces.at(-1)).toMatchObject({
      id: later.slug,
      enabled: true,
      usage_limits: [{ credit_limit: 1000 }],
    })
    expect(shown.workspaces[0].usage_limits).toBeNull()
    await put(path, { override_existing_workspaces_access: true })
    expect((await get(path)).workspaces[0]).toMatchObject({ usage_limits: [{ credit_limit: 1000 }] })
  })

  it('refuse an unknown workspace, a misspelt limit and two limits', async () => {
    await makeIntegration(stage)
    expect(await put(path, { workspaces: [{ id: 'ws-none', enabled: true }] })).toMatchObject({
      status: 404,
      json: { errorCode: 'AB02' },
    })
    expect((await put(path, { workspaces: [{ id: stage.workspaceId, budget: { credit_limit: 1 } }] })).status).toBe(400)
    const two = [{ credit_limit: 1 }, { credit_limit: 2 }]
    expect((await put(path, { workspaces: [{ id: stage.workspaceId, usage_limits: two }] })).status).toBe(400)
  })
})

describe('providers', () => {
  it('clash cleanly on a taken slug', async () => {
    await makeIntegration(stage)
    const clash = await post('/providers', { name: 'again', integration_id: 'acme-main', slug: 'acme-main' })
    expect(clash).toMatchObject({ status: 409, json: { errorCode: 'AB07' } })
  })

  it('take a rate limit as an object or an array and answer an array', async () => {
    await makeIntegration(stage)
    const limit = { type: 'requests', unit: 'rpm', value: 5 }
    const { slug } = (await post('/providers', { name: 'p', integration_id: 'acme-main', rateLimits: limit })).json
    expect((await get(`/providers/${slug}`)).rate_limits).toEqual([limit])
  })

  it('ask for the workspace when a slug is in several', async () => {
    await makeIntegration(stage)
    const other = (await post('/admin/workspaces', { name: 'Other' })).json
    await put('/integrations/acme-main/workspaces', { workspaces: [{ id: other.id, enabled: true }] })
    expect((await stage.call('GET', '/providers/acme-main')).status).toBe(400)
    expect(await get('/providers/acme-main', { workspace_id: other.slug })).toMatchObject({ workspace_id: other.id })
  })
})

describe('virtual keys', () => {
  it('with credentials of their own make an integration of the workspace and a provider', async () => {
    const body = {
      name: 'Old style',
      provider: 'acme-ai',
      key: 'sk-acme-0123456789',
      awsRegion: 'eu-west-1',
      note: 'n',
    }
    const made = (await post('/virtual-keys', body)).json
    expect(made).toMatchObject({ id: expect.any(String), slug: expect.stringMatching(/^old-style-/), success: true })
    expect(made.data).toEqual({ slug: made.slug })
    expect(await get(`/virtual-keys/${made.slug}`)).toMatchObject({ masked_api_key: 'sk*****789', key: '', note: 'n' })
    expect(await get(`/providers/${made.slug}`)).toMatchObject({ ai_provider_name: 'acme', integration_id: made.slug })
    expect(await get(`/integrations/${made.slug}`)).toMatchObject({
      type: 'workspace',
      configurations: { aws_region: 'eu-west-1' },
    })
  })

  it('leave nothing behind when refused', async () => {
    const secrets = stage.secrets.size
    expect((await post('/virtual-keys', { name: 'x', provider: 'acne', key: 'k' })).status).toBe(400)
    expect(
      (await post('/virtual-keys', { name: 'x', provider: 'acme', key: 'k', usage_limits: { credit_limit: -1 } }))
        .status,
    ).toBe(400)
    expect((await post('/virtual-keys', { name: 'x', key: 'k' })).status).toBe(400)
    expect(stage.secrets.size).toBe(secrets)
    expect((await get('/integrations')).total).toBe(0)
  })
})

describe('policies', () => {
  const usage = {
    name: 'per user',
    conditions: [{ key: 'metadata._user', value: '*' }],
    group_by: [{ key: 'metadata._user' }],
    type: 'cost',
    credit_limit: 0.5,
  }

  it('are archived by delete, and come back when told so', async () => {
    const { id } = (await post('/policies/usage-limits', usage)).json
    await stage.call('DELETE', `/policies/usage-limits/${id}`)
    expect((await get('/policies/usage-limits')).total).toBe(0)
    expect((await get('/policies/usage-limits', { status: 'archived' })).data).toMatchObject([
      { id, status: 'archived' },
    ])
    expect(await get(`/policies/usage-limits/${id}`)).toMatchObject({ status: 'archived' })
    expect((await put(`/policies/usage-limits/${id}`, { status: 'active' })).status).toBe(200)
    expect((await get('/policies/usage-limits')).total).toBe(1)
  })

  it('show their entities and reset one of them', async () => {
    const { id } = (await post('/policies/usage-limits', usage)).json
    const status = { resource: 'cost', amount: 500_000_000, windowStartMs: 0, held: 0 } as const
    stage.statuses.set(id, [
      { ...status, spent: 500_000_000, remaining: 0, value_key: 'metadata._user:ann' },
      { ...status, spent: 1_000_000, remaining: 499_000_000, value_key: 'metadata._user:bob' },
    ])
    const path = `/policies/usage-limits/${id}`
    const entities = (await get(`${path}/entities`, { status: 'exhausted' })).data
    expect(entities).toMatchObject([{ value_key: 'metadata._user:ann', current_usage: 0.5, status: 'exhausted' }])
    expect((await get(path, { include_usage: 'true' })).value_key_usage_map['metadata._user:bob']).toMatchObject({
      current_usage: 0.001,
    })
    expect((await put(`${path}/entities/${entities[0].id}/reset`, {})).json).toEqual({})
    expect((await put(path, { reset_usage_for_value: 'metadata._user:ann' })).json).toEqual({})
    expect((await put(path, { reset_usage_for_value: 'metadata._user:nobody' })).status).toBe(404)
    const stored = await stage.ports.documents.read<PolicyDocument>('usage-policy', id)
    expect(stored?.document.policy.entityEpochs).toEqual({ 'metadata._user:ann': 2 })
  })

  it('refuse what would not be enforced as meant', async () => {
    const bad = [
      { ...usage, conditions: [] },
      { ...usage, conditions: [{ key: 'modle', value: '*' }] },
      { ...usage, conditions: [{ key: 'model', value: '*', exclude: 'x' }] },
      { ...usage, conditions: [{ key: 'model', value: [] }] },
      { ...usage, group_by: [] },
      { ...usage, type: undefined },
      { ...usage, credit_limit: -1 },
      { ...usage, periodic_reset: 'daily' },
      { ...usage, periodic_reset: 'weekly', periodic_reset_days: 3 },
      { ...usage, alert_threshold: 3 },
      { ...usage, credit_limt: 5 },
    ]
    for (const body of bad) expect((await post('/policies/usage-limits', body)).status, JSON.stringify(body)).toBe(400)
    const rate = { ...usage, type: 'requests', unit: 'rpm', value: 5 }
    expect((await post('/policies/rate-limits', { ...rate, target: 'mcp_tools' })).status).toBe(400)
    expect((await post('/policies/rate-limits', { ...rate, unit: 'per minute' })).status).toBe(400)
  })

  it('answer conditions as they were sent and count by ids and canonical names', async () => {
    const { slug } = await get(`/admin/workspaces/${stage.workspaceId}`)
    const conditions = [
      { key: 'workspace_id', value: [slug] },
      { key: 'provider', value: 'acme-ai', excludes: ['own-server'] },
    ]
    const { id } = (await post('/policies/usage-limits', { ...usage, conditions })).json
    expect((await get(`/policies/usage-limits/${id}`)).conditions).toEqual(conditions)
    const stored = await stage.ports.documents.read<PolicyDocument>('usage-policy', id)
    expect(stored?.document.policy.conditions).toEqual([
      { key: 'workspace_id', value: [stage.workspaceId] },
      { key: 'provider', value: 'acme', excludes: ['own-server'] },
    ])
    const bad = (key: string) => post('/policies/usage-limits', { ...usage, conditions: [{ key, value: 'acne' }] })
    expect((await bad('provider')).json.message).toContain("did you mean 'acme'?")
    expect((await bad('workspace_id')).status).toBe(404)
  })

  it('do not change what they count by', async () => {
    const { id } = (await post('/policies/usage-limits', usage)).json
    expect((await put(`/policies/usage-limits/${id}`, { type: 'tokens' })).status).toBe(400)
    expect((await put(`/policies/usage-limits/${id}`, { group_by: [{ key: 'api_key' }] })).status).toBe(400)
  })

  it('of a workspace belong to it', async () => {
    const key = await makeKey(stage, ['policies.create', 'policies.list'])
    await post('/policies/usage-limits', usage)
    await stage.call('POST', '/policies/usage-limits', { key, body: usage })
    expect((await stage.call('GET', '/policies/usage-limits', { key })).json.data).toMatchObject([
      { workspace_id: stage.workspaceId },
    ])
    expect((await get('/policies/usage-limits')).total).toBe(2)
  })
})
