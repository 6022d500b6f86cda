/** One suite over every resource of the admin API: create, read, list, page, update, delete, permissions, isolation. */
import { beforeEach, describe, expect, it } from 'vitest'
import { type AdminStage, makeIntegration, makeKey, startAdminStage } from '../support/admin-ports.ts'

interface ResourceCase {
  readonly object: string
  readonly path: string
  readonly createPath?: string
  readonly family: string
  readonly create: (stage: AdminStage, name: string) => Record<string, unknown>
  readonly update: Record<string, unknown>
  /** What a read shows after the update. */
  readonly updated: Record<string, unknown>
  readonly deleteBody?: (name: string) => Record<string, unknown>
  readonly hasSlug?: boolean
}

const limit = { type: 'cost', credit_limit: 0.05, alert_threshold: 0.04, periodic_reset: 'monthly' }

const cases: readonly ResourceCase[] = [
  {
    object: 'workspace',
    path: '/admin/workspaces',
    family: 'workspaces',
    hasSlug: true,
    create: (_, name) => ({ name, defaults: { metadata: { team: 'fin' } } }),
    update: { description: 'billing', usage_limits: [limit] },
    updated: { description: 'billing', usage_limits: [{ ...limit, current_usage: 0 }] },
    deleteBody: (name) => ({ name }),
  },
  {
    object: 'api-key',
    path: '/api-keys',
    createPath: '/api-keys/workspace/service',
    family: 'workspace_service_api_keys',
    create: (_, name) => ({ name, scopes: ['completions.write'] }),
    update: { description: 'for the shop', rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }] },
    updated: { description: 'for the shop', rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }] },
  },
  {
    object: 'integration',
    path: '/integrations',
    family: 'organisation_integrations',
    hasSlug: true,
    create: (_, name) => ({ name, ai_provider_id: 'acme', key: 'sk-acme-0123456789' }),
    update: { description: 'the shared one', configurations: { custom_host: 'https://models.example.com/v1' } },
    updated: { description: 'the shared one', configurations: { custom_host: 'https://models.example.com/v1' } },
  },
  {
    object: 'provider',
    path: '/providers',
    family: 'providers',
    hasSlug: true,
    create: (_, name) => ({ name, integration_id: 'acme-main', slug: name }),
    update: { note: 'spare', usage_limits: limit },
    updated: { note: 'spare', usage_limits: { ...limit, current_usage: 0 } },
  },
  {
    object: 'virtual-key',
    path: '/virtual-keys',
    family: 'virtual_keys',
    hasSlug: true,
    create: (_, name) => ({ name, integration_id: 'acme-main', slug: name }),
    update: { note: 'spare' },
    updated: { note: 'spare' },
  },
  {
    object: 'config',
    path: '/configs',
    family: 'configs',
    hasSlug: true,
    create: (_, name) => ({ name, config: { provider: '@acme-main', retry: { attempts: 2 } } }),
    update: { config: '{"provider":"@acme-main"}', isDefault: 1 },
    updated: { config: '{"provider":"@acme-main"}', is_default: 1, format: 'json', type: 'ORG_CONFIG' },
  },
  {
    object: 'guardrail',
    path: '/guardrails',
    family: 'guardrails',
    hasSlug: true,
    create: (_, name) => ({
      name,
      checks: [{ id: 'default.contains', parameters: { words: ['secret'], operator: 'none' } }],
      actions: { deny: true },
    }),
    update: { actions: { deny: false, on_fail: { feedback: { value: -5 } } } },
    updated: {
      actions: { deny: false, on_fail: { feedback: { value: -5 } } },
      checks: [{ id: 'default.contains', parameters: { words: ['secret'], operator: 'none' } }],
    },
  },
  {
    object: 'policy_usage_limits',
    path: '/policies/usage-limits',
    family: 'policies',
    create: (_, name) => ({
      name,
      conditions: [{ key: 'metadata._user', value: '*' }],
      group_by: [{ key: 'metadata._user' }],
      type: 'cost',
      credit_limit: 10,
      periodic_reset: 'weekly',
    }),
    update: { credit_limit: 20, periodic_reset_days: 3 },
    updated: { credit_limit: 20, periodic_reset_days: 3, type: 'cost', group_by: [{ key: 'metadata._user' }] },
  },
  {
    object: 'policy_rate_limits',
    path: '/policies/rate-limits',
    family: 'policies',
    create: (_, name) => ({
      name,
      conditions: [{ key: 'model', value: ['@acme-main/*'], excludes: ['@acme-main/small'] }],
      group_by: [{ key: 'api_key' }],
      type: 'requests',
      unit: 'rpm',
      value: 10,
    }),
    update: { value: 20 },
    updated: {
      value: 20,
      unit: 'rpm',
      conditions: [{ key: 'model', value: ['@acme-main/*'], excludes: ['@acme-main/small'] }],
    },
  },
]

function describeResource(resource: ResourceCase): void {
  const { path, create } = resource
  const createPath = resource.createPath ?? path

  describe(`resource ${resource.object}`, () => {
    let stage: AdminStage
    const make = async (name: string) => {
      const reply = await stage.call('POST', createPath, { body: create(stage, name) })
      expect(reply.json).toMatchObject({ id: expect.any(String) })
      return reply.json.id as string
    }

    beforeEach(async () => {
      stage = await startAdminStage()
      await makeIntegration(stage)
    })

    it('answers a create with 200 and an id that the next read knows', async () => {
      const id = await make('first')
      const reply = await stage.call('GET', `${path}/${id}`)
      expect(reply.status).toBe(200)
      expect(reply.json).toMatchObject({ id, name: 'first', object: resource.object })
      expect(reply.json.created_at).toBe('2026-03-02T09:15:00.000Z')
    })

    it.runIf(resource.hasSlug)('reads by slug as by id', async () => {
      const id = await make('by-slug')
      const { slug } = (await stage.call('GET', `${path}/${id}`)).json
      expect((await stage.call('GET', `${path}/${slug}`)).json).toMatchObject({ id, slug })
    })

    it('updates only what is named', async () => {
      const id = await make('kept')
      const put = await stage.call('PUT', `${path}/${id}`, { body: { id, ...resource.update } })
      expect(put.json).not.toHaveProperty('error')
      const { json } = await stage.call('GET', `${path}/${id}`)
      expect(json).toMatchObject({ name: 'kept', ...resource.updated })
    })

    it('lists in pages, and past the end an empty page with the true total', async () => {
      const before = (await stage.call('GET', path)).json.total
      for (const name of ['a1', 'a2', 'a3']) await make(name)
      const total = before + 3
      const first = await stage.call('GET', path, { query: { page_size: '2', current_page: '0' } })
      expect(first.json).toMatchObject({ object: 'list', total })
      expect(first.json.data).toHaveLength(2)
      const camel = await stage.call('GET', path, { query: { pageSize: '1', currentPage: '1' } })
      expect(camel.json.data).toEqual([first.json.data[1]])
      const past = await stage.call('GET', path, { query: { page_size: '50', current_page: '9' } })
      expect(past.json).toMatchObject({ total, data: [] })
    })

    it('refuses a page size that is no number', async () => {
      const reply = await stage.call('GET', path, { query: { page_size: 'many' } })
      expect(reply).toMatchObject({ status: 400, json: { errorCode: 'AB01' } })
    })

    it('deletes for good', async () => {
      const id = await make('gone')
      const reply = await stage.call('DELETE', `${path}/${id}`, { body: { id, ...resource.deleteBody?.('gone') } })
      expect(reply).toMatchObject({ status: 200, json: {} })
      const list = (await stage.call('GET', path)).json.data as { id: string }[]
      expect(list.map((row) => row.id)).not.toContain(id)
    })

    it('answers a missing row clearly for each verb', async () => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const reply = await stage.call(method, `${path}/no-such-thing`, { body: { name: 'x' } })
        expect(reply.status, method).toBe(404)
        expect(reply.json.data.errorCode).toBe('AB08')
      }
    })

    it('refuses each verb without its scope, and does not write', async () => {
      const id = await make('guarded')
      const key = await makeKey(stage, ['completions.write'])
      const before = (await stage.call('GET', `${path}/${id}`)).json
      for (const [method, at] of [
        ['POST', createPath],
        ['GET', path],
        ['GET', `${path}/${id}`],
        ['PUT', `${path}/${id}`],
        ['DELETE', `${path}/${id}`],
      ] as const) {
        const reply = await stage.call(method, at, {
          key,
          body: { ...create(stage, 'intruder'), ...resource.update },
        })
        expect(reply, `${method} ${at}`).toMatchObject({ status: 403, json: { errorCode: 'AB03' } })
      }
      expect((await stage.call('GET', `${path}/${id}`)).json).toEqual(before)
    })

    it('refuses every verb without a key', async () => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const reply = await stage.call(method, `${path}/anything`, { key: '' })
        expect(reply).toMatchObject({ status: 401, json: { errorCode: 'AB05' } })
      }
    })

    it('refuses a limit under a misspelt name instead of losing it', async () => {
      for (const typo of ['budget', 'usage_limts', 'ratelimits_', 'rateLimit']) {
        const body = { ...create(stage, 'typo'), [typo]: { credit_limit: 1 } }
        const reply = await stage.call('POST', createPath, { body })
        expect(reply.status, typo).toBe(400)
        expect(reply.json.message).toContain(typo)
      }
    })

    it('ignores what SDKs send beside the fields', async () => {
      const body = { ...create(stage, 'extras'), id: 'x', 'sub-type': 'service', whatever: { deep: 1 } }
      expect((await stage.call('POST', createPath, { body })).status).toBe(200)
    })

    it('never answers a 500 to odd values', async () => {
      const id = await make('odd')
      const odd = [null, 0, -1, true, '', 'x', [], {}, [[]], { a: null }, '2026-13-45', 1e308, 'ä'.repeat(300)]
      const keys = new Set([...Object.keys(create(stage, 'odd')), ...Object.keys(resource.update)])
      for (const key of [
        ...keys,
        'usage_limits',
        'rate_limits',
        'expires_at',
        'defaults',
        'workspace_id',
        'tags',
        'slug',
      ]) {
        for (const value of odd) {
          const body = { ...create(stage, 'odd-2'), [key]: value }
          const replies = [
            await stage.call('POST', createPath, { body }),
            await stage.call('PUT', `${path}/${id}`, { body: { [key]: value } }),
          ]
          for (const reply of replies) expect(reply.status, `${key} = ${JSON.stringify(value)}`).toBeLessThan(500)
        }
      }
    })
  })
}

for (const resource of cases) describeResource(resource)

describe('workspace keys', () => {
  it('see and change nothing of another workspace', async () => {
    const stage = await startAdminStage()
    await makeIntegration(stage)
    const other = (await stage.call('POST', '/admin/workspaces', { body: { name: 'Other' } })).json
    const key = await makeKey(
      stage,
      [
        'providers.read',
        'providers.list',
        'providers.update',
        'workspaces.read',
        'workspaces.list',
        'policies.list',
        'policies.read',
      ],
      other.id,
    )
    const list = await stage.call('GET', '/providers', { key, query: { workspace_id: stage.workspaceId } })
    expect(list.json).toMatchObject({ total: 0, data: [] })
    const { data } = (await stage.call('GET', '/providers')).json
    expect((await stage.call('GET', `/providers/${data[0].id}`, { key })).status).toBe(403)
    expect((await stage.call('PUT', `/providers/${data[0].id}`, { key, body: { name: 'mine' } })).status).toBe(403)
    expect((await stage.call('GET', `/providers/${data[0].slug}`, { key })).status).toBe(404)
    expect((await stage.call('GET', `/admin/workspaces/${stage.workspaceId}`, { key })).status).toBe(403)
    const seen = (await stage.call('GET', '/admin/workspaces', { key })).json
    expect(seen.data.map((row: { id: string }) => row.id)).toEqual([other.id])
  })

  it('are not made elsewhere than asked for: a workspace key that names another workspace is refused (issue 9)', async () => {
    const stage = await startAdminStage()
    const other = (await stage.call('POST', '/admin/workspaces', { body: { name: 'Other' } })).json
    const own = (await stage.call('GET', `/admin/workspaces/${stage.workspaceId}`)).json
    const key = await makeKey(
      stage,
      ['configs.create', 'configs.list', 'configs.delete', 'workspace_service_api_keys.create', 'completions.write'],
      own.id,
    )
    const makers: [string, Record<string, unknown>][] = [
      ['/configs', { name: 'c', config: { retry: { attempts: 1 } } }],
      ['/api-keys/workspace/service', { name: 'k', scopes: ['completions.write'] }],
    ]
    for (const [path, body] of makers) {
      for (const workspace_id of [other.id, other.slug, 'no-such-workspace']) {
        const refused = await stage.call('POST', path, { key, body: { ...body, workspace_id } })
        expect([refused.status, refused.json.message], `${path} ${workspace_id}`).toEqual([
          403,
          expect.stringContaining(`the api key belongs to the workspace '${own.slug}'`),
        ])
      }
      for (const workspace_id of [own.id, own.slug, null])
        expect((await stage.call('POST', path, { key, body: { ...body, workspace_id } })).status).toBe(200)
    }
    const kept = (await stage.call('GET', '/configs', { key })).json
    expect(kept.total).toBe(3)
    const { slug } = kept.data[0]
    const query = { workspace_id: other.id }
    expect((await stage.call('DELETE', `/configs/${slug}`, { key, query })).status).toBe(403)
    expect((await stage.call('DELETE', `/configs/${slug}`, { key, query: { workspace_id: own.slug } })).status).toBe(
      200,
    )
  })
})
