import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder } from './folder-lock.ts'
import { openDataFolder } from './private-folder.ts'

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'sluice-folder-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const modeOf = (...path: string[]) => (statSync(join(base, ...path)).mode & 0o777).toString(8)

describe('a data folder', () => {
  it('is made, with all above it, for its owner alone', () => {
    openDataFolder(join(base, 'a', 'b'))
    expect([modeOf('a'), modeOf('a', 'b')]).toEqual(['700', '700'])
  })

  it('that existed and others could read is closed to them, its files too (issue 9)', () => {
    mkdirSync(join(base, 'data'))
    writeFileSync(join(base, 'data', 'dynamodb.sqlite'), 'x')
    mkdirSync(join(base, 'data', 'payloads'))
    chmodSync(join(base, 'data'), 0o755)
    chmodSync(join(base, 'data', 'dynamodb.sqlite'), 0o644)
    chmodSync(join(base, 'data', 'payloads'), 0o755)
    openDataFolder(join(base, 'data'))
    expect([modeOf('data'), modeOf('data', 'dynamodb.sqlite'), modeOf('data', 'payloads')]).toEqual([
      '700',
      '600',
      '700',
    ])
  })

  it('with other things in it stays open; what is ours in it does not', () => {
    writeFileSync(join(base, 'notes.txt'), 'x')
    writeFileSync(join(base, 'secrets.key'), 'x')
    for (const name of ['notes.txt', 'secrets.key', '.']) chmodSync(join(base, name), 0o755)
    openDataFolder(base)
    expect([modeOf('.'), modeOf('notes.txt'), modeOf('secrets.key')]).toEqual(['755', '755', '700'])
  })

  it('may be a link', () => {
    mkdirSync(join(base, 'real'))
    symlinkSync(join(base, 'real'), join(base, 'link'))
    lockFolder(join(base, 'link'))()
    expect(readdirSync(join(base, 'real'))).toEqual([])
  })

  it('that cannot be made is told in a sentence, at once', () => {
    writeFileSync(join(base, 'file'), 'x')
    for (const folder of [
      join(base, 'file'),
      join(base, 'file', 'below'),
      ...(process.platform === 'linux' ? ['/proc/sluice/data'] : []),
    ])
      expect(() => lockFolder(folder)).toThrow(`the data folder ${folder} cannot be made or written to (`)
  })
})
