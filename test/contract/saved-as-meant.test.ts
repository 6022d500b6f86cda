/** What is saved means what it says (issue 11): lists and JSON given as text, parameters of other gateways, settings and filters that were ignored. */
import { beforeEach, describe, expect, it } from 'vitest'
import { type AdminStage, makeIntegration, makeKey, startAdminStage } from '../support/admin-ports.ts'
import { runCheck } from '../support/guardrail-subject.ts'

let stage: AdminStage
beforeEach(async () => {
  stage = await startAdminStage()
})

const save = (id: string, parameters: Record<string, unknown>) =>
  stage.call('POST', '/guardrails', { body: { name: 'g', checks: [{ id, parameters }], actions: { deny: true } } })

describe('a list parameter given as text', () => {
  it('is split at its commas', async () => {
    const passes = async (id: string, parameters: object) => (await runCheck(id, { ...parameters }, 'hello')).isPassed
    expect(await passes('default.contains', { words: 'goodbye, hello', operator: 'any' })).toBe(true)
    expect(await passes('default.allowedRequestTypes', { blockedTypes: 'complete, chatComplete' })).toBe(false)
    expect(await passes('default.allowedRequestTypes', { allowedTypes: 'complete, chatComplete' })).toBe(true)
    const model = 'gpt-5'
    expect(await passes('default.modelwhitelist', { models: `other, ${model}` })).toBe(
      await passes('default.modelwhitelist', { models: ['other', model] }),
    )
    expect(await passes('default.modelRules', { rules: { defaults: `other, ${model}` } })).toBe(
      await passes('default.modelRules', { rules: { defaults: ['other', model] } }),
    )
  })

  it('that is neither is refused when it is saved', async () => {
    for (const rules of [{ defaults: 5 }, { metadata: { team: ['a'] } }, { metadata: { team: { a: 5 } } }]) {
      const reply = await save('default.modelRules', { rules })
      expect(reply, JSON.stringify(rules)).toMatchObject({ status: 400 })
    }
  })
})

describe('JSON given as text', () => {
  it.each([
    ['default.webhook', { webhookURL: 'https://hooks.example.com', headers: '{"a": ' }, 'checks.0.parameters.headers'],
    ['default.log', { logURL: 'https://hooks.example.com', headers: 'none' }, 'checks.0.parameters.headers'],
    ['default.modelRules', { rules: '{"defaults": [}' }, 'checks.0.parameters.rules'],
    ['default.jwt', { jwks: 'keys' }, 'checks.0.parameters.jwks'],
  ])('of %s that is none is refused with its place', async (id, parameters, place) => {
    const reply = await save(id, parameters)
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain(place)
  })

  it('of a Google key file that is none is refused', async () => {
    const configurations = { vertex_project_id: 'p', vertex_service_account_json: '{"project_id": ' }
    const reply = await stage.call('POST', '/integrations', {
      body: { name: 'v', ai_provider_id: 'vertex-ai', configurations },
    })
    expect(reply.status).toBe(400)
    expect(JSON.stringify(reply.json)).not.toContain('project_id')
  })

  it('where a list of deployments belongs is refused, as it would be read as absent', async () => {
    const configurations = { azure_resource_name: 'abc', azure_deployment_config: '[{"azure_deployment_name":"d"}]' }
    const reply = await stage.call('POST', '/integrations', {
      body: { name: 'a', ai_provider_id: 'azure-openai', configurations },
    })
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain('azure_deployment_config')
  })

  it.each([
    ['bedrock', { aws_auth_type: 'accesskey' }],
    ['azure-openai', { azure_resource_name: 'abc', azure_auth_mode: 'key' }],
    ['vertex-ai', { vertex_project_id: 'p', vertex_auth_type: 'service_account' }],
  ])('a way to authenticate that %s does not know is refused: %j', async (aiProviderId, configurations) => {
    const reply = await stage.call('POST', '/integrations', {
      body: { name: 'x', ai_provider_id: aiProviderId, configurations },
    })
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain('one of')
  })
})

describe('parameters as the original saves them', () => {
  it('name languages with their script', async () => {
    const passes = async (language: unknown, text: string) =>
      (await runCheck('portkey.language', { language }, text)).isPassed
    const text = 'Could you please tell me where the nearest station is?'
    expect(await passes(['eng_Latn', 'fra_Latn'], text)).toBe(true)
    expect(await passes(['zho_Hans', 'arb_Arab'], text)).toBe(false)
    expect((await save('portkey.language', { language: ['eng_Latn', 'zho_Hant', 'rus_Cyrl'] })).status).toBe(200)
  })

  it.each([
    ['patronus.custom', { profile: 'system:is-concise', credentials: { apiKey: 'key-0123456789' } }],
    ['azure.contentSafety', { credentials: { contentSafety: { resourceName: 'abc', apiKey: 'key-0123456789' } } }],
    ['azure.pii', { credentials: { pii: { resourceName: 'abc', apiKey: 'key-0123456789' } } }],
  ])('of %s are taken: %j', async (id, parameters) => {
    const reply = await save(id, parameters)
    expect(reply, JSON.stringify(reply.json)).toMatchObject({ status: 200 })
    expect(JSON.stringify((await stage.call('GET', `/guardrails/${reply.json.id}`)).json)).not.toContain(
      'key-0123456789',
    )
  })
})

describe('headers of a webhook', () => {
  it('that are credentials are kept in the vault and never shown', async () => {
    const headers = { authorization: 'Bearer 0123456789abcdef', 'x-team': 'blue' }
    const { id } = (await save('default.webhook', { webhookURL: 'https://hooks.example.com', headers })).json
    const shown = (await stage.call('GET', `/guardrails/${id}`)).json
    expect(shown.checks[0].parameters.headers).toEqual({ authorization: 'Be*****def', 'x-team': 'blue' })
    const document = (await stage.ports.documents.read('guardrail', id))?.document
    expect(JSON.stringify(document)).not.toContain('0123456789abcdef')
    const [[, secret] = []] = [...stage.secrets]
    expect(JSON.parse(secret ?? '{}').configurations).toEqual({ headers: { authorization: headers.authorization } })

    const again = await stage.call('PUT', `/guardrails/${id}`, { body: { name: 'renamed', checks: shown.checks } })
    expect(again.status).toBe(200)
    expect([...stage.secrets.values()]).toEqual([secret])
    const mixed = [
      { ...shown.checks[0], parameters: { ...shown.checks[0].parameters, headers: { authorization: 'Be*****xyz' } } },
    ]
    expect((await stage.call('PUT', `/guardrails/${id}`, { body: { checks: mixed } })).status).toBe(400)
  })
})

describe('api keys of SDKs that name no second part of the path', () => {
  it.each(['NOT_GIVEN', 'undefined'])('are service keys: %s', async (part) => {
    const made = await stage.call('POST', `/api-keys/organisation/${part}`, {
      body: { name: 'k', scopes: ['workspaces.read'] },
    })
    expect(made.status).toBe(200)
    expect((await stage.call('GET', `/api-keys/${made.json.id}`)).json.type).toBe('organisation-service')
    const ofWorkspace = await stage.call('POST', `/api-keys/workspace/${part}`, {
      body: { name: 'k', scopes: ['completions.write'] },
    })
    expect((await stage.call('GET', `/api-keys/${ofWorkspace.json.id}`)).json.type).toBe('workspace-service')
  })

  it('never hold for all workspaces when one is named', async () => {
    for (const part of ['NOT_GIVEN', 'service']) {
      const body = { name: 'k', scopes: ['workspaces.read'], workspace_id: stage.workspaceId }
      const reply = await stage.call('POST', `/api-keys/organisation/${part}`, { body })
      expect(reply.status).toBe(400)
      expect(reply.json.message).toContain('workspace/service')
    }
  })
})

describe('what was accepted and ignored', () => {
  const create = (body: Record<string, unknown>) =>
    stage.call('POST', '/admin/workspaces', { body: { name: 'Team', ...body } })

  it('settings of a workspace are kept or refused', async () => {
    const made = (await create({ settings: { debug_log: 0 } })).json
    expect(made.settings.debug_log).toBe(0)
    expect((await stage.call('GET', `/admin/workspaces/${made.id}`)).json.settings.debug_log).toBe(0)
    const echoed = await stage.call('PUT', `/admin/workspaces/${made.id}`, {
      body: { settings: { ...made.settings, debug_log: 1 } },
    })
    expect(echoed.status).toBe(200)
    expect((await stage.call('GET', `/admin/workspaces/${made.id}`)).json.settings.debug_log).toBe(1)
    for (const settings of [{ user_api_key_count: 3 }, { debug_log: 2 }, { debug_logs: 0 }])
      expect(await create({ settings }), JSON.stringify(settings)).toMatchObject({ status: 400 })
  })

  it('members on creation are refused, as nobody would get in', async () => {
    expect((await create({ users: [] })).status).toBe(200)
    expect((await create({ users: ['ann@example.com'] })).status).toBe(400)
  })

  it('filters of lists narrow them, and unknown ones are refused', async () => {
    await makeIntegration(stage)
    await makeKey(stage, ['completions.write'])
    await stage.call('POST', '/integrations', {
      body: { name: 'Tagged', slug: 't', ai_provider_id: 'acme', tags: { team: 'blue' } },
    })
    await stage.call('POST', '/configs', { body: { name: 'one', config: { retry: { attempts: 1 } } } })
    const count = async (path: string, query: Record<string, string>) =>
      (await stage.call('GET', path, { query })).json.total
    expect(await count('/integrations', { tags: 'team' })).toBe(1)
    expect(await count('/integrations', { tags: '{"team":"red"}' })).toBe(0)
    expect(await count('/integrations', { name: 'Acme', type: 'organisation' })).toBe(1)
    expect(await count('/providers', { status: 'active' })).toBe(1)
    expect(await count('/providers', { status: 'exhausted,expired' })).toBe(0)
    expect(await count('/configs', { name: 'one' })).toBe(1)
    expect(await count('/configs', { status: 'archived' })).toBe(0)
    expect(await count('/api-keys', { type: 'organisation-service' })).toBe(1)
    for (const path of [
      '/integrations',
      '/providers',
      '/configs',
      '/api-keys',
      '/guardrails',
      '/admin/workspaces',
      '/policies/usage-limits',
    ]) {
      const reply = await stage.call('GET', path, { query: { stauts: 'active' } })
      expect(reply, path).toMatchObject({ status: 400 })
    }
  })
})
