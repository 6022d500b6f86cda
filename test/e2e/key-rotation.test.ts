/** A key that rotates by its policy in the running program: the job may run twice, both secrets work for a while, then the new one alone. */
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LogLine, systemAmbient } from '../../src/ambient.ts'
import { createLocalKeyNotices } from '../../src/local/alerts.ts'
import { createKeyNotices } from '../../src/store/key-notices.ts'
import { createUpkeep } from '../../src/store/upkeep.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const minuteMs = 60_000
const lines: LogLine[] = []
let aheadMs = 0
const ambient = { ...systemAmbient(), now: () => Date.now() + aheadMs, log: (line: LogLine) => void lines.push(line) }

let sluice: Sluice
let webhook: Upstream

beforeAll(async () => {
  webhook = await startUpstream((_, response) => void response.writeHead(204).end())
  sluice = await startSluice({ ambient, variables: { SLUICE_ALERT_WEBHOOK: `${webhook.origin}/notices` } })
})

afterAll(async () => {
  await sluice?.stop()
  await webhook?.stop()
})

/** The scheduled job, as the program runs it. */
function runJob() {
  const { store, clients, environment } = sluice.running.program
  const notices = createKeyNotices({
    client: clients.dynamo,
    table: environment.countersTable,
    deliver: createLocalKeyNotices({ webhook: environment.alertWebhook, ambient }),
  })
  return createUpkeep({ store, ambient, secretsPrefix: environment.secretsPrefix, notices })()
}

async function newSecret(secretName: string): Promise<string> {
  const client = await sluice.running.program.clients.secretsManager()
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretName }))
  return JSON.parse(SecretString ?? '').key
}

async function ask(secret: string): Promise<number> {
  const body = { model: '@demo/hello', messages: [{ role: 'user', content: 'hello' }] }
  const response = await sluice.post('/v1/chat/completions', body, { authorization: `Bearer ${secret}` })
  await response.text()
  return response.status
}

describe('a key with a rotation policy', () => {
  it('is rotated by the job, and everybody who needs it learns where the new secret is', async () => {
    const { id, secret: old } = await sluice.client.makeKey({
      name: 'rotating',
      alert_emails: ['owner@example.com'],
      rotation_policy: { next_rotation_at: '2026-01-01T00:00:00Z', rotation_period: 'monthly' },
    })
    expect(await ask(old)).toBe(200)
    await Promise.all([runJob(), runJob()])
    await runJob()

    const heard = () => webhook.received.map((received) => received.json())
    const rotations = heard().filter((notice) => notice.type === 'rotated')
    expect(rotations).toHaveLength(1)
    expect(rotations[0]).toMatchObject({ apiKey: { id, name: 'rotating' }, alertEmails: ['owner@example.com'] })
    const name = String(rotations[0]?.secretName)
    const fresh = await newSecret(name)
    expect(fresh).not.toBe(old)
    expect([await ask(old), await ask(fresh)]).toEqual([200, 200])
    const shown = await sluice.admin('GET', `/api-keys/${id}`)
    expect(
      Date.parse((shown.rotation_policy as unknown as { next_rotation_at: string }).next_rotation_at),
    ).toBeGreaterThan(ambient.now())
    expect(JSON.stringify(shown)).not.toContain('upkeep')
    expect((await sluice.client.try('POST', `/api-keys/${id}/rotate`, {})).status).toBe(409)

    aheadMs = 31 * minuteMs
    expect([await ask(old), await ask(fresh)]).toEqual([401, 200])
    await runJob()
    expect([await ask(old), await ask(fresh)]).toEqual([401, 200])
    expect(await newSecret(name)).toBe(fresh)
    expect(JSON.stringify([lines, heard()])).not.toContain(fresh)

    await sluice.admin('DELETE', `/api-keys/${id}`)
    await expect(newSecret(name)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})
