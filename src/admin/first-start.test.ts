import { describe, expect, it } from 'vitest'
import { openOffice } from '../../test/support/admin-ports.ts'
import { connectIntegration, seedOrganisation } from './first-start.ts'

describe('first start', () => {
  it('makes a default workspace and two keys once, and nothing again', async () => {
    const office = await openOffice()
    expect(office.adminKey).toMatch(/^sk-sluice-/)
    const again = await seedOrganisation(office.ports)
    expect(again).toEqual({
      workspace: expect.objectContaining({ id: office.workspaceId, isDefault: true }),
      isFirst: false,
    })
    expect((await office.call('GET', '/api-keys')).json.total).toBe(2)
  })

  it('lets preset secrets work, also when they come later', async () => {
    const office = await openOffice()
    const later = await seedOrganisation(office.ports, { adminKey: 'my-own-admin-key', apiKey: 'my-own-workspace-key' })
    expect(later).toMatchObject({ adminKey: 'my-own-admin-key', apiKey: 'my-own-workspace-key' })
    expect((await office.call('GET', '/api-keys', { key: 'my-own-admin-key' })).status).toBe(200)
    expect((await office.call('GET', '/providers', { key: 'my-own-workspace-key' })).status).toBe(200)
    expect(await seedOrganisation(office.ports, { adminKey: 'my-own-admin-key' })).not.toHaveProperty('adminKey')
  })

  it('gives the first workspace key no scope that administers', async () => {
    const office = await openOffice()
    await seedOrganisation(office.ports, { apiKey: 'my-own-workspace-key' })
    expect((await office.call('GET', '/api-keys', { key: 'my-own-workspace-key' })).status).toBe(403)
  })

  it('connects an integration with a provider of the same slug, once', async () => {
    const office = await openOffice()
    const { workspace } = await seedOrganisation(office.ports)
    const wanted = { slug: 'acme', aiProviderId: 'acme-ai', key: 'sk-acme-0123456789', workspace }
    expect(await connectIntegration(office.ports, wanted)).toMatchObject({ slug: 'acme', aiProviderId: 'acme' })
    expect(await connectIntegration(office.ports, wanted)).toBeUndefined()
    expect((await office.call('GET', '/providers')).json.data).toMatchObject([{ slug: 'acme', integration_id: 'acme' }])
  })
})
