/** The control plane of the running program, administered with the official portkey-ai client and by plain calls. */
import { Portkey } from 'portkey-ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'

let sluice: Sluice
let admin: Portkey
let workspaceId: string

beforeAll(async () => {
  sluice = await startSluice()
  admin = new Portkey({ apiKey: sluice.adminKey, baseURL: `${sluice.origin}/v1` })
  workspaceId = free(await admin.admin.workspaces.list({})).data[0].id
})

afterAll(() => sluice?.stop())

// the client's own types lag behind what the API answers
// biome-ignore lint/suspicious/noExplicitAny: free access to answers
const free = (value: unknown) => value as any

const ask = (key: string, model: string) =>
  fetch(`${sluice.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, max_tokens: 20, messages: [{ role: 'user', content: 'hi' }] }),
  })

describe('the portkey-ai client', () => {
  it('goes from an empty workspace to a key that answers, and takes it away again', async () => {
    const workspace = free(await admin.admin.workspaces.create({ name: 'Shop', description: 'the web shop' }))
    expect(workspace).toMatchObject({ slug: expect.stringMatching(/^ws-shop-/), is_default: 0 })

    await admin.integrations.workspaces.update({
      slug: 'demo',
      workspaces: [{ id: workspace.slug, enabled: true, usage_limits: [{ type: 'cost', credit_limit: 100 }] }],
    } as never)
    const rows = free(await admin.providers.list({ workspace_id: workspace.id } as never))
    expect(rows.data).toMatchObject([{ slug: 'demo', integration_id: 'demo' }])

    const made = free(
      await admin.apiKeys.create({
        type: 'workspace',
        'sub-type': 'service',
        name: 'shop',
        workspace_id: workspace.id,
        scopes: ['completions.write', 'logs.view'],
        usage_limits: { credit_limit: 1, alert_threshold: 0.5 },
      } as never),
    )
    const answer = await ask(made.key, '@demo/hello')
    expect(answer.status).toBe(200)
    await answer.text()

    expect(await sluice.logOf(answer)).toMatchObject({ status: 'closed', response: { status: 200 } })

    expect(free(await admin.apiKeys.retrieve({ id: made.id } as never))).toMatchObject({
      id: made.id,
      workspace_id: workspace.id,
      usage_limits: { credit_limit: 1, alert_threshold: 0.5 },
    })
    await admin.apiKeys.update({ id: made.id, name: 'shop 2', rate_limits: null } as never)
    expect(free(await admin.apiKeys.retrieve({ id: made.id } as never)).name).toBe('shop 2')
    const forced = { workspaceId: workspace.id, name: 'Shop', force_delete: true }
    await admin.admin.workspaces.delete(forced as never)
    expect(free(await admin.admin.workspaces.list({})).data).toHaveLength(1)
  })

  it('makes, changes and deletes an integration, its models and a provider', async () => {
    const slug = 'second'
    const integration = { name: 'Second', ai_provider_id: 'openai', slug, key: 'sk-0123456789abcdef' }
    expect(free(await admin.integrations.create(integration as never))).toMatchObject({ slug })
    await admin.integrations.models.update({
      slug,
      models: [{ slug: 'own-model', enabled: true, is_custom: true }],
      allow_all_models: false,
    } as never)
    const models = free(await admin.integrations.models.list({ slug } as never))
    expect(models).toMatchObject({ allow_all_models: false })
    expect(models.models[0]).toMatchObject({ slug: 'own-model', is_custom: true })
    expect(free(await admin.integrations.retrieve({ slug } as never))).toMatchObject({ masked_key: 'sk*****def' })

    await admin.integrations.workspaces.update({ slug, workspaces: [{ id: workspaceId, enabled: true }] } as never)
    const provider = free(
      await admin.providers.create({
        name: 'third',
        slug: 'third',
        integration_id: slug,
        workspace_id: workspaceId,
      } as never),
    )
    await admin.providers.update({ slug: provider.slug, workspace_id: workspaceId, note: 'spare' } as never)
    expect(free(await admin.providers.retrieve({ slug: 'third' } as never))).toMatchObject({
      note: 'spare',
      ai_provider_name: 'openai',
    })
    await admin.providers.delete({ slug: 'third' } as never)
    await expect(admin.providers.retrieve({ slug: 'third' } as never)).rejects.toThrow(/there is no provider/)
    await admin.integrations.delete({ slug } as never)
    await expect(admin.integrations.retrieve({ slug } as never)).rejects.toThrow(/there is no integration/)
  })
})

describe('keys', () => {
  it('of applications administer nothing, and admin keys call no model', async () => {
    const asApplication = new Portkey({ apiKey: sluice.apiKey, baseURL: `${sluice.origin}/v1` })
    await expect(asApplication.apiKeys.list({})).rejects.toThrow(/lacks the scope/)
    expect((await ask(sluice.adminKey, '@demo/hello')).status).toBe(403)
  })

  it('written at the same time by several administrators lose no change', async () => {
    const made = free(
      await admin.apiKeys.create({ type: 'workspace', 'sub-type': 'service', name: 'busy', scopes: [] } as never),
    )
    const changes = [
      { name: 'busy 2' },
      { description: 'd' },
      { alert_emails: ['a@b.c'] },
      { usage_limits: { credit_limit: 3 } },
    ]
    await Promise.all(changes.map((change) => admin.apiKeys.update({ id: made.id, ...change } as never)))
    const [first, second, third, fourth] = changes
    expect(free(await admin.apiKeys.retrieve({ id: made.id } as never))).toMatchObject({
      ...first,
      ...second,
      ...third,
      ...fourth,
    })
  })
})

describe('limits set through the API', () => {
  const get = async (path: string) => free(await sluice.admin('GET', path))

  /** A workspace of its own, so that nothing about it is remembered yet. */
  async function openWorkspace(name: string): Promise<string> {
    const { id } = await sluice.admin('POST', '/admin/workspaces', { name })
    await sluice.admin('PUT', '/integrations/demo/workspaces', { workspaces: [{ id, enabled: true }] })
    return String(id)
  }

  const makeKey = async (workspace_id: string, more: Record<string, unknown> = {}) =>
    free(
      await sluice.admin('POST', '/api-keys/workspace/service', {
        name: 'limited',
        workspace_id,
        scopes: ['completions.write'],
        ...more,
      }),
    )

  it('as a policy hold for every key of the workspace, by slug as by id', async () => {
    const workspace = await openWorkspace('Policy')
    const { slug } = await get(`/admin/workspaces/${workspace}`)
    const policy = await sluice.admin('POST', '/policies/rate-limits', {
      name: 'one a day',
      workspace_id: slug,
      conditions: [{ key: 'workspace_id', value: slug }],
      group_by: [{ key: 'api_key' }],
      type: 'requests',
      unit: 'rpd',
      value: 1,
    })
    const first = await makeKey(workspace)
    const second = await makeKey(workspace)
    const statuses = []
    for (const { key } of [first, first, second]) statuses.push((await ask(key, '@demo/hello')).status)
    expect(statuses).toEqual([200, 429, 200])
    const entities = await get(`/policies/rate-limits/${policy.id}/entities`)
    expect(entities.total).toBe(2)
  })

  it('on a key show limit, spent, held and remaining', async () => {
    const workspace = await openWorkspace('Budget')
    const made = await makeKey(workspace, { usage_limits: { credit_limit: 0.05, periodic_reset: 'monthly' } })
    const answer = await ask(made.key, '@demo/hello')
    expect(answer.status).toBe(200)
    await answer.text()
    await sluice.logOf(answer)
    const status = await get(`/limits/status?api_key=${made.id}`)
    expect(status.data).toHaveLength(1)
    expect(status.data[0]).toMatchObject({
      limit: 0.05,
      unit: 'usd',
      nature: 'usage',
      kind: 'api_key',
      status: 'active',
    })
    expect(status.data[0].spent + status.data[0].held).toBeGreaterThan(0)
    expect(status.data[0].remaining).toBeLessThan(0.05)
    expect(await get(`/api-keys/${made.id}`)).toMatchObject({ status: 'active', usage_limits: { credit_limit: 0.05 } })
  })
})
