/** Deletion (issue 9): repeatable, at once with others, and nothing left behind. */
import { beforeEach, describe, expect, it } from 'vitest'
import { sweepSecrets } from '../../src/admin/secret-sweep.ts'
import { type AdminStage, makeIntegration, startAdminStage } from '../support/admin-ports.ts'

let stage: AdminStage
let failing: ReadonlySet<string>
beforeEach(async () => {
  failing = new Set()
  const opened = await startAdminStage()
  const { secrets } = opened.ports
  stage = Object.assign(opened, {
    ports: Object.assign(opened.ports, {
      secrets: {
        ...secrets,
        async remove(name: string) {
          if (failing.has('remove')) throw new Error('the vault is away')
          await secrets.remove(name)
        },
        async *list(prefix: string) {
          for (const name of opened.secrets.keys())
            if (name.startsWith(prefix)) yield { name, createdAtMs: opened.clock.nowMs - 2 * 3_600_000 }
        },
      },
    }),
  })
})

async function makeWorkspace(name: string): Promise<string> {
  return (await stage.call('POST', '/admin/workspaces', { body: { name } })).json.id
}

async function furnish(workspace: string): Promise<void> {
  const body = { workspace_id: workspace }
  const check = { id: 'default.contains', parameters: { words: ['x'], operator: 'none' } }
  const policy = { name: 'p', conditions: [{ key: 'api_key', value: '*' }], group_by: [{ key: 'api_key' }] }
  const made = [
    await stage.call('PUT', '/integrations/acme-main/workspaces', {
      body: { workspaces: [{ id: workspace, enabled: true }] },
    }),
    await stage.call('POST', '/integrations', {
      body: { ...body, name: 'own', ai_provider_id: 'acme', key: 'sk-own-0123456789' },
    }),
    await stage.call('POST', '/virtual-keys', {
      body: { ...body, name: 'vk', provider: 'acme', key: 'sk-own-0123456789' },
    }),
    await stage.call('POST', '/configs', { body: { ...body, name: 'c', config: { retry: { attempts: 2 } } } }),
    await stage.call('POST', '/guardrails', { body: { ...body, name: 'g', checks: [check], actions: {} } }),
    await stage.call('POST', '/api-keys/workspace/service', {
      body: { ...body, name: 'k', scopes: ['completions.write'] },
    }),
    await stage.call('POST', '/policies/usage-limits', {
      body: { ...body, ...policy, type: 'cost', credit_limit: 5 },
    }),
    await stage.call('POST', '/policies/rate-limits', {
      body: { ...body, ...policy, type: 'requests', unit: 'rpm', value: 5 },
    }),
    await stage.call('PUT', '/workspace-exclusions/input-guardrails', {
      body: { workspaces: [{ workspace_id: workspace, excluded: true }] },
    }),
  ]
  for (const reply of made) expect(reply, JSON.stringify(reply.json)).toMatchObject({ status: 200 })
}

const kinds = ['integration', 'provider', 'config', 'guardrail', 'usage-policy', 'rate-policy', 'cache-purges'] as const

async function leftIn(scope: string): Promise<number> {
  const lists = await Promise.all(kinds.map((kind) => stage.ports.documents.list(kind, scope)))
  return lists.flat().length + (await stage.ports.apiKeys.list(scope)).length
}

const force = (name: string) => ({ body: { name, force_delete: true } })

describe('a workspace', () => {
  it('counts everything that it holds before it goes', async () => {
    await makeIntegration(stage)
    const id = await makeWorkspace('Team')
    await furnish(id)
    const reply = await stage.call('DELETE', `/admin/workspaces/${id}`, { body: { name: 'Team' } })
    expect(reply).toMatchObject({ status: 409, json: { errorCode: 'AB07' } })
    for (const what of [
      'api keys (1)',
      'providers (3)',
      'integrations (2)',
      'configs (1)',
      'guardrails (1)',
      'usage limit policies (1)',
      'rate limit policies (1)',
    ])
      expect(reply.json.message).toContain(what)
  })

  it('takes every row and every secret along when it is forced', async () => {
    const integration = await makeIntegration(stage)
    const id = await makeWorkspace('Team')
    await furnish(id)
    const configs = (await stage.ports.documents.list('config', id)).map(({ document }) => document.id)
    expect((await stage.call('DELETE', `/admin/workspaces/${id}`, force('Team'))).status).toBe(200)
    expect(await leftIn(id)).toBe(0)
    for (const config of configs) expect(await stage.ports.documents.list('config-version', config)).toEqual([])
    expect([...stage.secrets.keys()]).toEqual([`sluice/integrations/${integration}`])
    expect((await stage.call('GET', '/workspace-exclusions/input-guardrails')).json.total).toBe(0)
    const defaults = (await stage.ports.documents.read('organisation-defaults', 'defaults'))?.document
    expect(JSON.stringify(defaults)).not.toContain(id)
  })

  it('and an integration that are deleted at once both go, and leave nothing', async () => {
    for (let round = 0; round < 20; round++) {
      await makeIntegration(stage, `acme-${round}`)
      const id = await makeWorkspace(`Team ${round}`)
      await stage.call('PUT', `/integrations/acme-${round}/workspaces`, {
        body: { workspaces: [{ id, enabled: true }] },
      })
      const replies = await Promise.all([
        stage.call('DELETE', `/integrations/acme-${round}`),
        stage.call('DELETE', `/admin/workspaces/${id}`, force(`Team ${round}`)),
      ])
      for (const reply of replies) expect(reply, JSON.stringify(reply.json)).toMatchObject({ status: 200 })
      expect(await leftIn(id)).toBe(0)
      expect([...stage.secrets.keys()]).toEqual([])
    }
  })
})

describe('a deletion whose vault is away', () => {
  it('can be repeated until it is done', async () => {
    await makeIntegration(stage)
    failing = new Set(['remove'])
    expect((await stage.call('DELETE', '/integrations/acme-main')).status).toBe(500)
    expect((await stage.call('GET', '/integrations/acme-main')).status).toBe(200)
    failing = new Set()
    expect((await stage.call('DELETE', '/integrations/acme-main')).status).toBe(200)
    expect([...stage.secrets.keys()]).toEqual([])
    expect((await stage.call('DELETE', '/integrations/acme-main')).status).toBe(404)
  })
})

describe('the sweep of secrets', () => {
  it('removes those that nothing points at, and no other', async () => {
    const id = await makeIntegration(stage)
    stage.secrets.set('sluice/integrations/gone', '{}')
    stage.secrets.set('sluice/guardrails/g/gone', '{}')
    stage.secrets.set('sluice/of-somebody-else', '{}')
    expect(await sweepSecrets({ ...stage.ports, secretsPrefix: 'sluice/' })).toEqual([
      'sluice/integrations/gone',
      'sluice/guardrails/g/gone',
    ])
    expect([...stage.secrets.keys()]).toEqual([`sluice/integrations/${id}`, 'sluice/of-somebody-else'])
  })

  it('takes no text of a user for the name of a secret', async () => {
    const id = await makeIntegration(stage)
    const name = `sluice/integrations/${id}`
    const config = { targets: [{ override_params: { secret_name: name, secretName: name } }] }
    const made = (await stage.call('POST', '/configs', { body: { name: 'c', config } })).json
    await stage.call('DELETE', `/configs/${made.id}`)
    const check = {
      id: 'default.contains',
      secret_name: name,
      parameters: { words: [name], operator: 'none', secret_name: name },
    }
    const guardrail = (await stage.call('POST', '/guardrails', { body: { name: 'g', checks: [check], actions: {} } }))
      .json
    await stage.call('DELETE', `/guardrails/${guardrail.id}`)
    expect(stage.secrets.has(name)).toBe(true)
  })
})
