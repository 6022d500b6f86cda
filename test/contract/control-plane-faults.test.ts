/** Answers of the control plane that clients compare with what they sent (issue 13). */
import { beforeEach, describe, expect, it } from 'vitest'
import { type AdminStage, makeIntegration, startAdminStage } from '../support/admin-ports.ts'

let stage: AdminStage
beforeEach(async () => {
  stage = await startAdminStage()
})

const makeKey = async (body: Record<string, unknown>) =>
  (
    await stage.call('POST', '/api-keys/workspace/service', {
      body: { name: 'k', scopes: ['completions.write'], ...body },
    })
  ).json.id
const readKey = async (id: string) => (await stage.call('GET', `/api-keys/${id}`)).json
const putKey = (id: string, body: Record<string, unknown>) => stage.call('PUT', `/api-keys/${id}`, { body })

describe('the next rotation of a key', () => {
  it('is computed when the policy is given, and kept when the same policy is sent again', async () => {
    const id = await makeKey({ rotation_policy: { rotation_period: 'monthly', key_transition_period_ms: 3_600_000 } })
    expect((await readKey(id)).rotation_policy).toEqual({
      rotation_period: 'monthly',
      key_transition_period_ms: 3_600_000,
      next_rotation_at: '2026-04-01T00:00:00.000Z',
    })
    stage.clock.nowMs += 40 * 86_400_000
    await putKey(id, { rotation_policy: { rotation_period: 'monthly', key_transition_period_ms: 7_200_000 } })
    expect((await readKey(id)).rotation_policy.next_rotation_at).toBe('2026-04-01T00:00:00.000Z')
    await putKey(id, { name: 'renamed' })
    expect((await readKey(id)).rotation_policy.next_rotation_at).toBe('2026-04-01T00:00:00.000Z')
    await putKey(id, { rotation_policy: { rotation_period: 'weekly' } })
    expect((await readKey(id)).rotation_policy.next_rotation_at).toBe('2026-04-13T00:00:00.000Z')
  })
})

describe('allow_config_override of a key', () => {
  it('has three states: 1, 0 and null for unsaid', async () => {
    const states = async (id: string) => {
      const { allow_config_override: beside, defaults } = await readKey(id)
      return [beside, defaults.allow_config_override]
    }
    const unsaid = await makeKey({})
    expect(await states(unsaid)).toEqual([null, true])
    expect(await states(await makeKey({ defaults: { allow_config_override: true } }))).toEqual([1, true])
    expect(await states(await makeKey({ allow_config_override: 0 }))).toEqual([0, false])
    await putKey(unsaid, { allow_config_override: 1 })
    expect(await states(unsaid)).toEqual([1, true])
    await putKey(unsaid, { defaults: { allow_config_override: false } })
    expect(await states(unsaid)).toEqual([0, false])
    await putKey(unsaid, { name: 'kept' })
    expect(await states(unsaid)).toEqual([0, false])
    await putKey(unsaid, { allow_config_override: null })
    expect(await states(unsaid)).toEqual([null, true])
  })
})

describe('the next reset of usage', () => {
  const resetsAtMs = Date.UTC(2026, 3, 1)

  it('stands at top level; inside the limit only what was sent does', async () => {
    const limit = { type: 'cost', credit_limit: 5, periodic_reset: 'monthly' }
    const id = await makeKey({ usage_limits: limit })
    stage.statuses.set(id, [
      {
        resource: 'cost',
        amount: 5e9,
        windowStartMs: 0,
        windowEndMs: resetsAtMs,
        resetsAtMs,
        spent: 1e9,
        held: 0,
        remaining: 4e9,
      },
    ])
    const key = await readKey(id)
    expect(key.usage_limits).toEqual({ ...limit, current_usage: 1 })
    expect(key.next_usage_reset_at).toBe('2026-04-01T00:00:00.000Z')
    const anchored = { ...limit, next_usage_reset_at: '2026-03-20T00:00:00.000Z' }
    await putKey(id, { usage_limits: anchored })
    expect((await readKey(id)).usage_limits).toEqual({ ...anchored, current_usage: 1 })
  })
})

describe('an alert threshold above its limit', () => {
  it('is kept on workspaces and on access to integrations, where clients read it as percent, and refused elsewhere', async () => {
    await makeIntegration(stage)
    const limit = { type: 'cost', credit_limit: 50, alert_threshold: 80 }
    const made = await stage.call('POST', '/admin/workspaces', { body: { name: 'Team', usage_limits: [limit] } })
    expect(made.json.usage_limits).toMatchObject([limit])
    const row = { id: stage.workspaceId, enabled: true, usage_limits: [limit] }
    expect(
      (await stage.call('PUT', '/integrations/acme-main/workspaces', { body: { workspaces: [row] } })).status,
    ).toBe(200)
    expect(
      (await stage.call('GET', '/integrations/acme-main/workspaces')).json.workspaces[0].usage_limits,
    ).toMatchObject([limit])
    const refused = await stage.call('POST', '/api-keys/workspace/service', {
      body: { name: 'k', scopes: [], usage_limits: limit },
    })
    expect(refused.status).toBe(400)
    const beyond = [{ ...limit, alert_threshold: 101 }]
    expect((await stage.call('POST', '/admin/workspaces', { body: { name: 'T', usage_limits: beyond } })).status).toBe(
      400,
    )
  })
})

describe('a virtual key', () => {
  const make = (body: Record<string, unknown>) =>
    stage.call('POST', '/virtual-keys', { body: { name: 'vk', slug: 'vk', ...body } })

  it('takes another key and other settings for its own integration', async () => {
    await make({ provider: 'azure-openai', key: 'sk-first-0123456789', resourceName: 'abc' })
    const reply = await stage.call('PUT', '/virtual-keys/vk', {
      body: { key: 'sk-second-9876543210', resourceName: 'def' },
    })
    expect(reply, JSON.stringify(reply.json)).toMatchObject({ status: 200 })
    expect((await stage.call('GET', '/virtual-keys/vk')).json).toMatchObject({
      masked_api_key: 'sk*****210',
      model_config: { azure_resource_name: 'def' },
    })
    expect([...stage.secrets.values()].map((value) => JSON.parse(value).key)).toEqual(['sk-second-9876543210'])
  })

  it('of a shared integration does not change that of others', async () => {
    await makeIntegration(stage)
    await make({ integration_id: 'acme-main' })
    const reply = await stage.call('PUT', '/virtual-keys/vk', { body: { key: 'sk-second-9876543210' } })
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain('/integrations/acme-main')
  })

  it('looks the same in a list as by itself', async () => {
    await make({ provider: 'acme', key: 'sk-first-0123456789' })
    const { data } = (await stage.call('GET', '/virtual-keys')).json
    expect(data).toEqual([(await stage.call('GET', '/virtual-keys/vk')).json])
    expect(data[0]).toMatchObject({
      provider: 'acme',
      workspace_name: 'Shared Team Workspace',
      organisation_id: 'org-1',
    })
  })
})

describe('what does not exist', () => {
  it('is a 404 alike', async () => {
    for (const path of [
      '/admin/workspaces',
      '/api-keys',
      '/integrations',
      '/providers',
      '/virtual-keys',
      '/configs',
      '/guardrails',
      '/policies/usage-limits',
      '/policies/rate-limits',
      '/logs',
    ]) {
      const reply = await stage.call('GET', `${path}/none`)
      expect(reply, path).toMatchObject({ status: 404, json: { errorCode: 'AB08' } })
    }
    const inNoWorkspace = await stage.call('GET', '/providers', { query: { workspace_id: 'none' } })
    expect(inNoWorkspace).toMatchObject({ status: 404, json: { errorCode: 'AB02' } })
  })
})
