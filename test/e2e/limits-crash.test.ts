/** `npm start` killed with requests in flight: the next start closes their records, gives their holds back, and the books agree. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminClient, adminClient } from '../support/admin-client.ts'
import { type BillingUpstream, billedModel, startBillingUpstream } from '../support/billing-upstream.ts'
import { until } from '../support/ledger-state.ts'
import { type LocalProcess, runLocal } from '../support/local-process.ts'
import { seededRandom } from '../support/seeded-random.ts'

const variables = { SLUICE_ADMIN_KEY: 'crash-admin-key-0123456789', SLUICE_API_KEY: 'crash-api-key-0123456789ab' }
const dataFolder = mkdtempSync(join(tmpdir(), 'sluice-crash-'))
let upstream: BillingUpstream
const started: LocalProcess[] = []

beforeAll(async () => {
  upstream = await startBillingUpstream({ random: seededRandom(7) })
})

afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL')
  await Promise.all(started.map(({ ended }) => ended))
  await upstream?.stop()
  rmSync(dataFolder, { recursive: true, force: true })
})

async function start(): Promise<{ process: LocalProcess; origin: string; admin: AdminClient }> {
  const process = runLocal(['--port', '0', '--data', dataFolder], variables)
  started.push(process)
  const [, origin = ''] = await process.says(/listens on (http:\/\/\S+)/)
  return { process, origin, admin: adminClient(origin, variables.SLUICE_ADMIN_KEY) }
}

function ask(origin: string, secret: string, content: string): Promise<Response> {
  return fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: `@sim/${billedModel}`,
      stream: true,
      max_tokens: 50,
      messages: [{ role: 'user', content }],
    }),
  })
}

function reconcile(...more: string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(process.execPath, ['bin/reconcile.ts', '--data', dataFolder, ...more], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk))
  return new Promise((resolve) =>
    child.once('close', (code) => resolve({ code, text: Buffer.concat(said).toString() })),
  )
}

describe('npm start, killed with SIGKILL', () => {
  it('begins again with nothing held, every record closed, and counters that are the sum of their records', async () => {
    const first = await start()
    await first.admin.connect('sim', 'openai', upstream.origin)
    const key = await first.admin.makeKey({ usage_limits: { credit_limit: 1 } })
    expect(await (await ask(first.origin, key.secret, 'plain')).text()).toContain('[DONE]')
    const hanging = Array.from({ length: 5 }, () => ask(first.origin, key.secret, 'hang'))
    await until(upstream.underWay, (count) => count === 5)
    const status = (admin: AdminClient) =>
      admin
        .call('GET', `/limits/status?api_key=${key.id}`)
        .then((answer) => (answer.data as unknown as { held: number; spent: number }[])[0])
    expect((await status(first.admin))?.held).toBeGreaterThan(0)

    first.process.child.kill('SIGKILL')
    await first.process.ended
    await Promise.allSettled(hanging)

    const second = await start()
    const after = await status(second.admin)
    expect(after?.held).toBe(0)
    expect(after?.spent).toBeGreaterThan(0)
    expect(await (await ask(second.origin, key.secret, 'plain')).text()).toContain('[DONE]')

    const running = await until(
      () => reconcile(),
      ({ code, text }) => code === 0 && text.includes('all agree'),
      ({ text }) => text,
    )
    expect(running.text).toMatch(/\(running\): \d+ counters, 7 closed records: all agree/)
    second.process.child.kill('SIGTERM')
    await second.process.ended
    expect((await reconcile('--all')).text).toMatch(
      /\(stopped\): [\s\S]*api_key [\s\S]*limit {7}\$1\.000000000[\s\S]*agrees/,
    )
  }, 60_000)
})
