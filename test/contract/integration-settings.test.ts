/** Settings of integrations (issue 9): credentials wherever they are nested, names of other gateways, what could never work. */
import { beforeEach, describe, expect, it } from 'vitest'
import { restoreMaskedSecrets, withModelSettings } from '../../src/catalog/settings.ts'
import { type AdminStage, makeIntegration, startAdminStage } from '../support/admin-ports.ts'

let stage: AdminStage
beforeEach(async () => {
  stage = await startAdminStage()
})

const make = (body: Record<string, unknown>) => stage.call('POST', '/integrations', { body: { name: 'x', ...body } })
const put = (path: string, body: unknown) => stage.call('PUT', path, { body })
const get = async (path: string) => (await stage.call('GET', path)).json
const stored = async (id: string) => (await stage.ports.documents.read('integration', id))?.document as never
const vault = (name: string) => JSON.parse(stage.secrets.get(name) ?? 'null')

describe('credentials nested in settings', () => {
  const bearer = 'Bearer 0123456789abcdef'

  it('go to the vault, and neither answer nor table shows them', async () => {
    const { id } = (
      await make({
        ai_provider_id: 'acme',
        slug: 'a',
        configurations: { custom_headers: { authorization: bearer, 'x-team': 'blue' } },
      })
    ).json
    const shown = await get('/integrations/a')
    expect(shown.configurations).toEqual({ custom_headers: { authorization: 'Be*****def', 'x-team': 'blue' } })
    expect(JSON.stringify(await stored(id))).not.toContain('0123456789abcdef')
    const { nested } = vault(`sluice/integrations/${id}`)
    const filled = restoreMaskedSecrets(
      ((await stored(id)) as { configurations: Record<string, unknown> }).configurations,
      nested,
    )
    expect(filled).toEqual({ custom_headers: { authorization: bearer, 'x-team': 'blue' } })
  })

  it('are kept by what a read showed of them, sent back', async () => {
    const { id } = (
      await make({
        ai_provider_id: 'acme',
        slug: 'a',
        key: 'sk-acme-0123456789',
        configurations: { custom_headers: { cookie: bearer } },
      })
    ).json
    const before = vault(`sluice/integrations/${id}`)
    const shown = await get('/integrations/a')
    const reply = await put('/integrations/a', {
      key: shown.masked_key,
      configurations: { custom_headers: { ...shown.configurations.custom_headers, 'x-new': '1' } },
    })
    expect(reply.status).toBe(200)
    expect(vault(`sluice/integrations/${id}`)).toEqual(before)
    expect((await get('/integrations/a')).configurations).toEqual({
      custom_headers: { cookie: 'Be*****def', 'x-new': '1' },
    })
    expect((await get('/integrations/a')).masked_key).toBe('sk*****789')
  })

  it('of one header change while the key stays', async () => {
    const { id } = (
      await make({
        ai_provider_id: 'acme',
        slug: 'a',
        key: 'sk-acme-0123456789',
        configurations: { custom_headers: { cookie: bearer } },
      })
    ).json
    await put('/integrations/a', { configurations: { custom_headers: { cookie: 'Bearer another-secret' } } })
    expect(vault(`sluice/integrations/${id}`)).toMatchObject({
      key: 'sk-acme-0123456789',
      nested: { '/custom_headers/cookie': 'Bearer another-secret' },
    })
  })

  it('are no longer sent once their header is left out', async () => {
    const { id } = (
      await make({ ai_provider_id: 'acme', slug: 'a', configurations: { custom_headers: { cookie: bearer } } })
    ).json
    await put('/integrations/a', { configurations: { custom_headers: { 'x-team': 'blue' } } })
    const { configurations } = (await stored(id)) as { configurations: Record<string, unknown> }
    expect(restoreMaskedSecrets(configurations, vault(`sluice/integrations/${id}`).nested)).toEqual({
      custom_headers: { 'x-team': 'blue' },
    })
  })

  it('are refused as masks of nothing, so that no mask becomes a credential', async () => {
    const bodies = [
      { key: 'sk*****789' },
      { configurations: { aws_secret_access_key: 'ab*****xyz' } },
      { configurations: { custom_headers: { authorization: 'Be*****def' } } },
    ]
    await make({ ai_provider_id: 'acme', slug: 'a' })
    for (const body of bodies) {
      const replies = [await make({ ai_provider_id: 'acme', slug: 'b', ...body }), await put('/integrations/a', body)]
      for (const reply of replies)
        expect(reply, JSON.stringify(body)).toMatchObject({
          status: 400,
          json: { message: expect.stringContaining('mask') },
        })
    }
  })

  it('of a model go to the vault as well, are kept by their masks and used for calls of that model', async () => {
    const id = await makeIntegration(stage)
    const model = (headers: Record<string, string>) => ({
      models: [
        {
          slug: 'm',
          enabled: true,
          is_custom: true,
          configurations: { custom_host: 'https://m.example.com', custom_headers: headers },
        },
      ],
    })
    await put('/integrations/acme-main/models', model({ authorization: bearer, 'x-team': 'blue' }))
    const row = (await get('/integrations/acme-main/models')).models[0]
    expect(row.configurations.custom_headers).toEqual({ authorization: 'Be*****def', 'x-team': 'blue' })
    expect(row.secret_name).toBeUndefined()
    const secrets = [...stage.secrets.keys()].filter((name) => name.includes('/models/'))
    expect(secrets).toHaveLength(1)
    expect(JSON.stringify(await stored(id))).not.toContain('0123456789abcdef')

    await put('/integrations/acme-main/models', model(row.configurations.custom_headers))
    expect([...stage.secrets.keys()].filter((name) => name.includes('/models/'))).toEqual(secrets)
    const seen = withModelSettings(await stored(id), 'm')
    expect(seen.modelSecretName).toBe(secrets[0])
    expect(restoreMaskedSecrets(seen.configurations, vault(secrets[0] ?? '').nested)).toEqual({
      custom_host: 'https://m.example.com',
      custom_headers: { authorization: bearer, 'x-team': 'blue' },
    })

    await stage.call('DELETE', '/integrations/acme-main')
    expect([...stage.secrets.keys()]).toEqual([])
  })
})

describe('settings under another name', () => {
  it.each([
    ['bedrock', { aws_auth_type: 'serviceRole', awsRegion: 'eu-central-1' }, { aws_region: 'eu-central-1' }],
    [
      'azure-openai',
      { resourceName: 'abc', deployment_id: 'd' },
      { azure_resource_name: 'abc', azure_deployment_id: 'd' },
    ],
  ])('of this API are taken: %s %j', async (aiProviderId, configurations, kept) => {
    expect((await make({ ai_provider_id: aiProviderId, slug: 'a', configurations })).status).toBe(200)
    expect((await get('/integrations/a')).configurations).toMatchObject(kept)
  })

  it.each([
    ['vertex-ai', { vertex_project_id: 'p', vertex_location: 'europe-west1' }, "'vertex_region'"],
    ['vertex-ai', { vertex_project_id: 'p', location: 'europe-west1' }, "'vertex_region'"],
    ['bedrock', { aws_region_name: 'eu-central-1' }, "'aws_region'"],
    ['bedrock', { region: 'eu-central-1' }, "'aws_region'"],
    ['openai', { base_url: 'https://models.corp.example/v1' }, "'custom_host'"],
    ['openai', { aws_region: 'eu-central-1' }, 'aws_region'],
    ['openai', { api_key: 'sk-1' }, "'key'"],
    ['openai', { custom_hots: 'https://models.example.com' }, "'custom_host'"],
  ])('of another gateway are refused naming the right one: %s %j', async (aiProviderId, configurations, named) => {
    const reply = await make({ ai_provider_id: aiProviderId, key: 'k', configurations })
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain(named)
    await make({
      ai_provider_id: aiProviderId,
      key: 'k',
      slug: 'b',
      configurations: aiProviderId === 'vertex-ai' ? { vertex_project_id: 'p' } : {},
    })
    expect((await put('/integrations/b', { configurations })).status).toBe(400)
  })

  it('beside configurations are refused, so that no key goes to a default address', async () => {
    for (const field of ['custom_host', 'customHost', 'base_url', 'aws_region', 'headers']) {
      const body = { ai_provider_id: 'openai', key: 'sk-secret', [field]: 'https://models.corp.example/v1' }
      const reply = await make(body)
      expect(reply.status, field).toBe(400)
      expect(reply.json.message).toContain("'configurations'")
    }
  })

  it.each([
    'rpm_limit',
    'tpm_limit',
    'duration',
    'max_parallel_requests',
    'allowed_models',
    'models',
    'blocked',
    'allowed_ips',
    'budget_duration',
  ])('that would restrict a key are refused: %s', async (field) => {
    const body = { name: 'k', scopes: ['completions.write'], [field]: 5 }
    const reply = await stage.call('POST', '/api-keys/workspace/service', { body })
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain(field)
  })
})

describe('settings that could never work', () => {
  it.each([
    [
      'azure-openai',
      { azure_resource_name: 'https://abc.openai.azure.com', azure_deployment_id: 'dep' },
      'azure_resource_name',
    ],
    ['azure-openai', { azure_deployment_id: 'dep' }, 'azure_resource_name'],
    ['vertex-ai', {}, 'vertex_project_id'],
    ['bedrock', { aws_region: 'eu-central-1.evil.example' }, 'aws_region'],
    ['azure-ai', { azure_foundry_url: 'abc' }, 'azure_foundry_url'],
  ])('are refused when they are saved: %s %j', async (aiProviderId, configurations, named) => {
    const reply = await make({ ai_provider_id: aiProviderId, key: 'k', configurations })
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain(named)
    expect(stage.secrets.size).toBe(0)
  })

  it('are not confused with what a stored credential says', async () => {
    const configurations = {
      vertex_service_account_json: { project_id: 'p', client_email: 'a@b.example', private_key: 'x' },
    }
    expect((await make({ ai_provider_id: 'vertex-ai', slug: 'v', configurations })).status).toBe(200)
    expect((await put('/integrations/v', { configurations: { vertex_region: 'europe-west1' } })).status).toBe(200)
  })
})
