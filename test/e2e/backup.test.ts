/** docs/operate/backup.md as a person follows it on this machine: a copy of a stopped and of a running gateway, put elsewhere and started. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LocalProcess, runLocal } from '../support/local-process.ts'

const keys = { SLUICE_ADMIN_KEY: 'an-admin-key-0123456789', SLUICE_API_KEY: 'a-preset-key-0123456789' }
const processes: LocalProcess[] = []
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-backup-'))
})
afterEach(async () => {
  for (const each of processes.splice(0)) {
    each.child.kill('SIGKILL')
    await each.ended
  }
  rmSync(folder, { recursive: true, force: true })
})

async function start(data: string): Promise<{ readonly origin: string; readonly process: LocalProcess }> {
  const started = runLocal(['--port', '0', '--data', data], keys)
  processes.push(started)
  const [, origin = ''] = await started.says(/listens on (http:\S+)/)
  return { origin, process: started }
}

/** The id of the request's record, once it is closed. */
async function ask(origin: string): Promise<string> {
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.SLUICE_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: '@demo/hello', messages: [{ role: 'user', content: 'ping' }] }),
  })
  expect(response.status).toBe(200)
  await response.text()
  const id = response.headers.get('x-portkey-request-id') ?? ''
  await expect.poll(() => readLog(origin, id), { timeout: 10_000 }).toBe(200)
  return id
}

async function readLog(origin: string, id: string): Promise<number> {
  const answer = await fetch(`${origin}/v1/logs/${id}`, { headers: { 'x-portkey-api-key': keys.SLUICE_ADMIN_KEY } })
  return answer.status
}

describe('a backup of a data folder', () => {
  it('of a stopped gateway is a copy of the folder', async () => {
    const data = join(folder, 'data')
    const first = await start(data)
    const id = await ask(first.origin)
    first.process.child.kill('SIGTERM')
    await first.process.ended
    cpSync(data, join(folder, 'copy'), { recursive: true })
    const restored = await start(join(folder, 'copy'))
    expect(await readLog(restored.origin, id)).toBe(200)
    await ask(restored.origin)
  })

  it('of a running gateway is a copy of the database by SQLite, and the other files after it', async () => {
    const data = join(folder, 'data')
    const copy = join(folder, 'copy')
    const first = await start(data)
    const id = await ask(first.origin)
    mkdirSync(copy)
    const vacuum = `const { DatabaseSync } = require('node:sqlite')
      new DatabaseSync(process.argv[1]).exec("VACUUM INTO '" + process.argv[2] + "'")`
    execFileSync(process.execPath, ['-e', vacuum, join(data, 'tables.sqlite'), join(copy, 'tables.sqlite')])
    for (const name of ['secrets.sealed', 'secrets.key', 'payloads'])
      if (existsSync(join(data, name))) cpSync(join(data, name), join(copy, name), { recursive: true })
    const later = await ask(first.origin)
    const restored = await start(copy)
    expect(await readLog(restored.origin, id)).toBe(200)
    expect(await readLog(restored.origin, later)).toBe(404)
    await ask(restored.origin)
  })
})
