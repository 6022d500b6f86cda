import { describe, expect, it } from 'vitest'
import { startAdminStage } from '../../test/support/admin-ports.ts'
import { connectIntegration, seedOrganisation } from './first-start.ts'

describe('first start', () => {
  it('makes a default workspace and two keys once, and nothing again', async () => {
    const stage = await startAdminStage()
    expect(stage.adminKey).toMatch(/^sk-sluice-/)
    const again = await seedOrganisation(stage.ports)
    expect(again).toEqual({
      workspace: expect.objectContaining({ id: stage.workspaceId, isDefault: true }),
      isFirst: false,
    })
    expect((await stage.call('GET', '/api-keys')).json.total).toBe(2)
  })

  it('lets preset secrets work, also when they come later', async () => {
    const stage = await startAdminStage()
    const later = await seedOrganisation(stage.ports, { adminKey: 'my-own-admin-key', apiKey: 'my-own-workspace-key' })
    expect(later).toMatchObject({ adminKey: 'my-own-admin-key', apiKey: 'my-own-workspace-key' })
    expect((await stage.call('GET', '/api-keys', { key: 'my-own-admin-key' })).status).toBe(200)
    expect((await stage.call('GET', '/providers', { key: 'my-own-workspace-key' })).status).toBe(200)
    expect(await seedOrganisation(stage.ports, { adminKey: 'my-own-admin-key' })).not.toHaveProperty('adminKey')
  })

  it('gives the first workspace key no scope that administers', async () => {
    const stage = await startAdminStage()
    await seedOrganisation(stage.ports, { apiKey: 'my-own-workspace-key' })
    expect((await stage.call('GET', '/api-keys', { key: 'my-own-workspace-key' })).status).toBe(403)
  })

  it('connects an integration with a provider of the same slug, once', async () => {
    const stage = await startAdminStage()
    const { workspace } = await seedOrganisation(stage.ports)
    const wanted = { slug: 'acme', aiProviderId: 'acme-ai', key: 'sk-acme-0123456789', workspace }
    expect(await connectIntegration(stage.ports, wanted)).toMatchObject({ slug: 'acme', aiProviderId: 'acme' })
    expect(await connectIntegration(stage.ports, wanted)).toBeUndefined()
    expect((await stage.call('GET', '/providers')).json.data).toMatchObject([{ slug: 'acme', integration_id: 'acme' }])
  })
})
