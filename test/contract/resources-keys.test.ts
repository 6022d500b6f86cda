/** Rules of api keys: secrets, rotation, expiry, scopes, resets, what status shows. */
import { beforeEach, describe, expect, it } from 'vitest'
import { type AdminStage, makeKey, startAdminStage } from '../support/admin-ports.ts'

let stage: AdminStage
beforeEach(async () => {
  stage = await startAdminStage()
})

const create = (body: Record<string, unknown>, path = '/api-keys/workspace/service', key?: string) =>
  stage.call('POST', path, { body: { name: 'svc', scopes: ['completions.write'], ...body }, ...(key ? { key } : {}) })

async function makeConfig(): Promise<string> {
  const { json } = await stage.call('POST', '/configs', {
    body: { name: 'retries', config: { retry: { attempts: 1 } } },
  })
  return json.slug
}

describe('api keys', () => {
  it('show the secret once and store only its hash', async () => {
    const made = (await create({})).json
    expect(made).toEqual({
      id: expect.any(String),
      key: expect.stringMatching(/^sk-sluice-[\w-]{32,}$/),
      object: 'api-key',
    })
    const shown = (await stage.call('GET', `/api-keys/${made.id}`)).json
    expect(shown.key).toBe(`sk*****${made.key.slice(-3)}`)
    expect(JSON.stringify(await stage.ports.apiKeys.list(stage.workspaceId))).not.toContain(made.key)
  })

  it('have the documented shape', async () => {
    const usage_limits = { credit_limit: 50, alert_threshold: 40, periodic_reset: 'monthly' }
    const { id } = (await create({ usage_limits, rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }] })).json
    expect((await stage.call('GET', `/api-keys/${id}`)).json).toEqual({
      id,
      key: expect.stringContaining('*****'),
      name: 'svc',
      description: null,
      type: 'workspace-service',
      organisation_id: 'org-1',
      workspace_id: stage.workspaceId,
      user_id: null,
      status: 'active',
      creation_mode: 'api',
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
      usage_limits: { ...usage_limits, current_usage: 0 },
      max_concurrent_requests: null,
      reset_usage: null,
      last_reset_at: null,
      next_usage_reset_at: null,
      expires_at: null,
      expiry_enforced: 0,
      alert_emails: [],
      scopes: ['completions.write'],
      allow_config_override: null,
      api_key_defaults_id: null,
      defaults: { metadata: null, config_id: null, allow_config_override: true },
      rotation_policy: null,
      created_at: '2026-03-02T09:15:00.000Z',
      last_updated_at: '2026-03-02T09:15:00.000Z',
      object: 'api-key',
    })
  })

  it('stop working at once when deleted', async () => {
    const key = await makeKey(stage, ['providers.list'])
    expect((await stage.call('GET', '/providers', { key })).status).toBe(200)
    const rows = (await stage.call('GET', '/api-keys')).json.data as { id: string; name: string }[]
    await stage.call('DELETE', `/api-keys/${rows.find((row) => row.name === 'test key')?.id}`)
    expect(await stage.call('GET', '/providers', { key })).toMatchObject({ status: 401, json: { errorCode: 'AB05' } })
  })

  it('stop working when they expire, and again work with a later date', async () => {
    const { id, key } = (await create({ scopes: ['providers.list'], expires_at: '2026-03-02T09:20:00Z' })).json
    stage.clock.nowMs += 300_000
    expect((await stage.call('GET', '/providers', { key })).status).toBe(401)
    expect((await stage.call('GET', `/api-keys/${id}`)).json.status).toBe('expired')
    await stage.call('PUT', `/api-keys/${id}`, { body: { expires_at: null } })
    expect((await stage.call('GET', '/providers', { key })).status).toBe(200)
  })

  it('refuse an end date in the past', async () => {
    expect(await create({ expires_at: '2020-01-01T00:00:00Z' })).toMatchObject({
      status: 400,
      json: { errorCode: 'AB01' },
    })
  })

  it('take no config that their workspace lacks, and keep the one they name from being deleted', async () => {
    const { json } = await create({ defaults: { config_id: 'pc-nowhere' } })
    expect(json.message).toContain("defaults.config_id names the config 'pc-nowhere'")
    const slug = await makeConfig()
    const { id } = (await create({ defaults: { config_id: slug } })).json
    const refused = await stage.call('DELETE', `/configs/${slug}`)
    expect(refused).toMatchObject({ status: 409, json: { message: expect.stringContaining(`(${id})`) } })
    await stage.call('PUT', `/api-keys/${id}`, { body: { defaults: { config_id: null } } })
    expect((await stage.call('DELETE', `/configs/${slug}`)).status).toBe(200)
  })

  it('clear with null and keep what is absent', async () => {
    const full = {
      usage_limits: { credit_limit: 5 },
      alert_emails: ['a@b.c'],
      defaults: { metadata: { team: 'x' }, config_id: await makeConfig() },
    }
    const { id } = (await create(full)).json
    await stage.call('PUT', `/api-keys/${id}`, {
      body: { usage_limits: null, alert_emails: null, defaults: { config_id: null } },
    })
    expect((await stage.call('GET', `/api-keys/${id}`)).json).toMatchObject({
      usage_limits: null,
      alert_emails: [],
      scopes: ['completions.write'],
      defaults: { metadata: { team: 'x' }, config_id: null },
    })
  })

  it('reset their usage by a new epoch', async () => {
    const { id } = (await create({ usage_limits: { credit_limit: 5 } })).json
    await stage.call('PUT', `/api-keys/${id}`, { body: { reset_usage: true } })
    expect((await stage.ports.apiKeys.read(id))?.document).toMatchObject({ limitEpoch: 1, status: 'active' })
    expect((await stage.call('GET', `/api-keys/${id}`)).json.last_reset_at).toBe('2026-03-02T09:15:00.000Z')
  })

  it('show what was used, and exhausted when it is all', async () => {
    const { id } = (await create({ usage_limits: { credit_limit: 0.05 } })).json
    const status = {
      resource: 'cost',
      amount: 50_000_000,
      windowStartMs: 0,
      spent: 20_000_000,
      held: 0,
      remaining: 30_000_000,
    } as const
    stage.statuses.set(id, [status])
    const shown = (await stage.call('GET', `/api-keys/${id}`)).json
    expect(shown).toMatchObject({ status: 'active', usage_limits: { credit_limit: 0.05, current_usage: 0.02 } })
    stage.statuses.set(id, [{ ...status, spent: 50_000_000, remaining: 0 }])
    expect((await stage.call('GET', `/api-keys/${id}`)).json.status).toBe('exhausted')
  })

  it('can be sent back as they were read', async () => {
    const { id } = (
      await create({ usage_limits: { credit_limit: 5, type: 'tokens' }, expires_at: '2027-01-01T00:00:00.000Z' })
    ).json
    const read = (await stage.call('GET', `/api-keys/${id}`)).json
    expect((await stage.call('PUT', `/api-keys/${id}`, { body: read })).json).toEqual({})
    expect((await stage.call('GET', `/api-keys/${id}`)).json).toEqual(read)
  })
})

describe('rotation', () => {
  it('gives a new secret and keeps the old one until the transition ends', async () => {
    const { id, key } = (await create({ scopes: ['providers.list'] })).json
    const rotated = (await stage.call('POST', `/api-keys/${id}/rotate`, { body: {} })).json
    expect(rotated).toMatchObject({ id, key_transition_expires_at: '2026-03-02T09:45:00.000Z' })
    expect(rotated.key).not.toBe(key)
    expect((await stage.call('GET', '/providers', { key })).status).toBe(200)
    expect((await stage.call('GET', '/providers', { key: rotated.key })).status).toBe(200)
    expect((await stage.call('POST', `/api-keys/${id}/rotate`)).status).toBe(409)
    stage.clock.nowMs += 1_800_000
    expect((await stage.call('GET', '/providers', { key })).status).toBe(401)
    expect((await stage.call('GET', '/providers', { key: rotated.key })).status).toBe(200)
  })

  it('accepts the update scope in place of the rotate scope, and nothing else', async () => {
    const { id } = (await create({})).json
    const reader = await makeKey(stage, ['workspace_service_api_keys.read'])
    expect((await stage.call('POST', `/api-keys/${id}/rotate`, { key: reader })).status).toBe(403)
    const updater = await makeKey(stage, ['workspace_service_api_keys.update', 'completions.write'])
    expect((await stage.call('POST', `/api-keys/${id}/rotate`, { key: updater })).status).toBe(200)
  })

  it('hands the secret of a key to nobody who lacks one of its scopes (issue 9)', async () => {
    const { id } = (await create({ scopes: ['completions.write', 'providers.delete'] })).json
    const rotate = async (scopes: readonly string[]) => {
      const key = await makeKey(stage, scopes)
      return stage.call('POST', `/api-keys/${id}/rotate`, { key })
    }
    for (const verb of ['update', 'rotate']) {
      const right = `workspace_service_api_keys.${verb}`
      const weaker = await rotate([right, 'completions.write'])
      expect(weaker).toMatchObject({ status: 403, json: { errorCode: 'AB03' } })
      expect(weaker.json.message).toContain('providers.delete')
      expect(weaker.json.key).toBeUndefined()
    }
    const organisation = await create(
      { scopes: ['workspace_service_api_keys.rotate', 'providers.delete'] },
      '/api-keys/organisation/service',
    )
    const narrow = await stage.call('POST', `/api-keys/${id}/rotate`, { key: organisation.json.key })
    expect(narrow.status).toBe(403)
    expect(narrow.json.message).toContain('completions.write')
    expect((await rotate(['workspace_service_api_keys.rotate', 'completions.write', 'providers.delete'])).status).toBe(
      200,
    )
  })

  it('of a key by itself needs the scope to rotate alone', async () => {
    const { id, key } = (await create({ scopes: ['workspace_service_api_keys.rotate', 'completions.write'] })).json
    expect((await stage.call('POST', `/api-keys/${id}/rotate`, { key })).status).toBe(200)
  })

  it('refuses a transition that is too short', async () => {
    const { id } = (await create({})).json
    const reply = await stage.call('POST', `/api-keys/${id}/rotate`, { body: { key_transition_period_ms: 1000 } })
    expect(reply.status).toBe(400)
  })
})

describe('scopes', () => {
  it('must fit the type of the key, and a near miss is named', async () => {
    const wrong = await create({ scopes: ['completion.write'] })
    expect(wrong).toMatchObject({ status: 400 })
    expect(wrong.json.message).toContain("did you mean 'completions.write'?")
    expect((await create({ scopes: ['completions.write'] }, '/api-keys/organisation/service')).status).toBe(400)
    expect((await create({ scopes: ['organisation_users.read'] })).status).toBe(400)
  })

  it('cannot be given by a key that lacks them', async () => {
    const key = await makeKey(stage, ['workspace_service_api_keys.create', 'completions.write'])
    expect((await create({ scopes: ['completions.write'] }, undefined, key)).status).toBe(200)
    expect((await create({ scopes: ['policies.delete'] }, undefined, key)).status).toBe(403)
  })

  it('of an admin key are for admin keys alone', async () => {
    const key = await makeKey(stage, ['workspace_service_api_keys.create', 'workspace_service_api_keys.list'])
    expect((await create({ scopes: ['workspaces.create'] }, '/api-keys/organisation/service', key)).status).toBe(403)
    const rows = (await stage.call('GET', '/api-keys', { key })).json.data as { type: string }[]
    expect(new Set(rows.map((row) => row.type))).toEqual(new Set(['workspace-service']))
  })

  it('have one type each: organisation/user is none, a user key needs its user', async () => {
    expect((await create({}, '/api-keys/organisation/user')).status).toBe(400)
    expect((await create({}, '/api-keys/workspace/user')).status).toBe(400)
    expect((await create({ user_id: 'ann' }, '/api-keys/workspace/user')).status).toBe(200)
  })
})
