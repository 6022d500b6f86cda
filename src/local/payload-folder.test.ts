import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPayloadFolder } from './payload-folder.ts'

let dataFolder: string
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'sluice-payloads-'))
})
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }))

const open = (now: number) =>
  createPayloadFolder({ dataFolder, ttlDays: 90, ambient: { now: () => now, newId: () => 'x' } })

describe('the payload folder', () => {
  it('gives back what was put, over a restart too, and nothing for an unknown name', async () => {
    await open(0).put('payloads/2026-01-15/a', Buffer.from('body'))
    expect(Buffer.from((await open(0).read('payloads/2026-01-15/a')) ?? []).toString()).toBe('body')
    expect(await open(0).read('payloads/2026-01-15/b')).toBeUndefined()
  })

  it('refuses a name that leads out of the folder', async () => {
    await expect(open(0).put('payloads/../../outside', Buffer.from('x'))).rejects.toThrow(/leaves its folder/)
    expect(existsSync(join(dataFolder, '..', 'outside'))).toBe(false)
  })

  it('removes the days whose records have expired and keeps the others', async () => {
    const folder = open(Date.UTC(2026, 3, 20))
    await folder.removeExpired()
    await folder.put('payloads/2026-01-15/old', Buffer.from('x'))
    await folder.put('payloads/2026-01-20/kept', Buffer.from('x'))
    await folder.removeExpired()
    expect(await folder.read('payloads/2026-01-15/old')).toBeUndefined()
    expect(await folder.read('payloads/2026-01-20/kept')).toBeDefined()
  })
})
