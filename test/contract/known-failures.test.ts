/** The tables of known failures in docs/internals/limit-failures.md and docs/internals/stream-failures.md: every row names a test that exists. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

const tables = [
  ['internals/limit-failures.md', 38],
  ['internals/stream-failures.md', 32],
] as const

function rowsOf(page: string) {
  return readFileSync(join(root, 'docs', page), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const row = /^\| (\d+) \| ([^|]+) \| (.+) \|$/.exec(line)
      return row === null ? [] : [{ number: Number(row[1]), failure: row[2] ?? '', here: row[3] ?? '' }]
    })
}

/** `the same` is the file named before. */
function testsNamed(here: string): readonly (readonly [name: string, path: string])[] {
  let last = ''
  return [...here.matchAll(/`([^`]+)` in ([\w./-]+\.test\.ts|the same)/g)].map(([, name = '', path = '']) => {
    last = path === 'the same' ? last : path
    return [name, last]
  })
}

describe.each(tables)('the known failures in %s', (page, count) => {
  const rows = rowsOf(page)

  it('are all there, once', () => {
    expect(rows.map((row) => row.number)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
  })

  it.each(rows)('$number names a test that exists', ({ here }) => {
    const named = testsNamed(here)
    expect(named.length).toBeGreaterThan(0)
    for (const [name, path] of named)
      expect(readFileSync(join(root, path), 'utf8'), path).toMatch(new RegExp(`['"\`]${literally(name)}['"\`]`))
  })
})

/** They fetch tokens, ask guardrails' webhooks and read lists of models, never ask a model. */
const withoutModels = ['target/credential-ports.ts', 'layers/guarding/guard-ports.ts', 'target/native-models.ts']

describe('the gateway', () => {
  const folder = join(root, 'src', 'gateway')
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))

  it('reaches every provider through one entry point', () => {
    const callers = names.filter((name) => /\bupstream\.send\(/.test(read(name)))
    expect(callers.filter((name) => !withoutModels.includes(name))).toEqual(['layers/sending/send.ts'])
  })

  it('passes the limit check before it is sent to the provider', () => {
    const senders = names.filter((name) => /from '[./a-z-]*\/send\.ts'/.test(read(name)))
    expect(senders.sort()).toEqual(['layers/sending/sending.ts', 'raw/call-raw.ts'])
    const isBefore = (text: string, first: string, then: string) =>
      text.indexOf(first) > 0 && text.indexOf(first) < text.indexOf(then)
    expect(isBefore(read('raw/call-raw.ts'), 'await takeHolds(', 'await send(')).toBe(true)
    // a request comes to the layer that sends through the layer that holds, and no other way
    expect(isBefore(read('layers/holding/holding.ts'), 'takeHolds(', 'next(')).toBe(true)
    expect(names.filter((name) => /\/sending\.ts'/.test(read(name)))).toEqual(['layers/compose.ts'])
    const composed = read('layers/compose.ts').replace(/import .*\n/g, '')
    expect(composed.match(/\bsending\b/g)).toHaveLength(composed.match(/\bholding\(sending\)/g)?.length ?? 0)
  })
})

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
