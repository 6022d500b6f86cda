import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import { editTopLevel, parseJsonObject } from './json-text.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const edit = (text: string, edits: Record<string, unknown>) =>
  new TextDecoder().decode(editTopLevel(bytesOf(text), edits))

function problem(act: () => unknown): string {
  try {
    act()
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(GatewayError)
    expect((thrown as GatewayError).code).toBe('invalid_request')
    return (thrown as GatewayError).message
  }
  return 'nothing was thrown'
}

describe('top-level edit of JSON text', () => {
  it('replaces a value and leaves the other bytes alone', () => {
    expect(edit('{ "big" : 12345678901234567890 ,\n "model" : "a", "1":2 }', { model: 'b' })).toBe(
      '{ "big" : 12345678901234567890 ,\n "model" : "b", "1":2 }',
    )
  })

  it('appends what was not there', () => {
    expect(edit('{"a":1 }', { b: { c: [1] } })).toBe('{"a":1,"b":{"c":[1]} }')
    expect(edit('{ }', { b: 1, c: 2 })).toBe('{"b":1,"c":2 }')
  })

  it('removes first, middle, last and all keys with their commas', () => {
    const text = '{"a":1, "b":[2] ,"c":"}"}'
    expect(edit(text, { a: undefined })).toBe('{"b":[2] ,"c":"}"}')
    expect(edit(text, { b: undefined })).toBe('{"a":1 ,"c":"}"}')
    expect(edit(text, { c: undefined })).toBe('{"a":1, "b":[2]}')
    expect(edit(text, { b: undefined, c: undefined })).toBe('{"a":1}')
    expect(edit(text, { a: undefined, b: undefined, c: undefined, d: 4 })).toBe('{"d":4}')
  })

  it('keeps a byte order mark, and takes no other bytes for one', () => {
    expect([...editTopLevel(bytesOf('\uFEFF{"a":1}'), { a: 2 })]).toEqual([...bytesOf('\uFEFF{"a":2}')])
    const other = Uint8Array.of(0xef, 0xbb, 0x7b, 0x7d)
    expect(problem(() => editTopLevel(other, { a: 2 }))).toMatch(/not a valid JSON object at byte 0/)
    expect(problem(() => editTopLevel(Uint8Array.of(0xef, 0x7b, 0x7d), { a: 2 }))).toMatch(/at byte 0/)
  })

  it('edits every occurrence of a key, escaped spellings included', () => {
    expect(edit('{"model":"a","x":{"model":"deep"},"mod\\u0065l":"b"}', { model: 'c' })).toBe(
      '{"model":"c","x":{"model":"deep"},"mod\\u0065l":"c"}',
    )
    expect(edit('{"model":"a","mod\\u0065l":"b","x":1}', { model: undefined })).toBe('{"x":1}')
  })

  it('keeps the last of what is said twice, which is what JSON.parse has read', () => {
    const text = '{"max":9, "a":1,"m\\u0061x":5,"b":{"max":1,"max":2},"max":7 }'
    const edited = edit(text, { model: 'c' })
    expect(edited).toBe('{"a":1,"b":{"max":1,"max":2},"max":7,"model":"c" }')
    expect(edit(edited, { model: 'c' })).toBe(edited)
  })

  it('is not fooled by quotes, braces and backslashes inside strings', () => {
    const text = '{"a":"\\\\","b":"\\"model\\":{[","model":"x\\\\\\"","c":[{"d":"]}"}]}'
    expect(edit(text, { model: 'y' })).toBe('{"a":"\\\\","b":"\\"model\\":{[","model":"y","c":[{"d":"]}"}]}')
  })

  it('gives the same bytes object when nothing changes', () => {
    const body = bytesOf('{"model":"a"}')
    expect(editTopLevel(body, { model: 'a', gone: undefined })).toBe(body)
    expect(editTopLevel(body, {})).toBe(body)
  })

  it.each([
    '[1]',
    '',
    '{',
    '{"a"',
    '{"a" 1}',
    '{"a":1',
    '{"a":1,}',
    '{"a":}',
    '{"a":[1}',
    '{"a":[1',
    '{"a":"x',
    'null',
  ])('refuses %j, which is no object', (text) => {
    expect(problem(() => editTopLevel(bytesOf(text), { x: 1 }))).toMatch(/not a valid JSON object at byte \d+/)
  })

  it('does what parsing and setting does, for random bodies and edits', () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
    const random = seeded(seed)
    for (let run = 0; run < 2_000; run++) {
      const text = randomText(random)
      const edits = Object.fromEntries(
        pickKeys(random).map((key) => [key, random() < 0.4 ? undefined : randomValue(random, 1)]),
      )
      const expected = { ...(JSON.parse(text) as object), ...edits }
      const once = edit(text, edits)
      const note = `seed ${seed} run ${run}: ${text}`
      expect(JSON.parse(once), note).toEqual(JSON.parse(JSON.stringify(expected)))
      expect(edit(once, edits), note).toBe(once)
      expect(edit(text, JSON.parse(text)), note).toSatisfy(
        (same: string) => JSON.stringify(JSON.parse(same)) === JSON.stringify(JSON.parse(text)),
      )
    }
  })
})

describe('reading of a JSON body', () => {
  it('gives the object, lone surrogates and a byte order mark included', () => {
    expect(parseJsonObject(bytesOf('\uFEFF{"a":"\\ud800"}'))).toEqual({ a: '\ud800' })
  })

  it.each([
    ['', /is empty/],
    ['{"a":}', /unexpected '}' at position 5$/],
    ['{"a":tru, "b":1}', /unexpected ',' at position 8$/],
    ['{"a":1', /ends too early, after 6 characters/],
    ['{"a":1,}', /at position 7/],
    ['{"a":01}', /unexpected number at position 6/],
    ['{"a":1} x', /at position 8/],
    [`{"a":"${'x'.repeat(300_000)}", b}`, /not valid JSON: /],
    [`{"a":"${'x'.repeat(300_000)}",}:`, /not valid JSON: /],
    [`{"a":"${'x'.repeat(300_000)}":}`, /not valid JSON: /],
    [`{"a":"${'x'.repeat(300_000)}","b":?}`, /not valid JSON: unexpected '\?'$/],
    ['[1]', /must be a JSON object, got an array/],
    ['null', /got null/],
    ['"x"', /got a string/],
    [`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, /nested more than 500 levels/],
    [`${'{"a":'.repeat(501)}1${'}'.repeat(501)}`, /nested more than 500 levels/],
    [bodyOfKeys(10_001), /an object in the request body has more than 10000 keys/],
    [`{"metadata":${bodyOfKeys(10_001)}}`, /an object in the request body has more than 10000 keys/],
    [`{"a":[{"b":${bodyOfKeys(10_001)}}]}`, /an object in the request body has more than 10000 keys/],
  ])('says what is wrong with body %#', (text, message) => {
    expect(problem(() => parseJsonObject(bytesOf(text)))).toMatch(message)
  })

  it('refuses bytes that are not UTF-8', () => {
    expect(problem(() => parseJsonObject(Uint8Array.of(0x7b, 0xff, 0x7d)))).toMatch(/not valid UTF-8/)
  })

  it('accepts 10,000 keys', () => {
    expect(Object.keys(parseJsonObject(Buffer.from(bodyOfKeys(10_000))))).toHaveLength(10_000)
  })

  it('accepts 500 levels', () => {
    expect(parseJsonObject(bytesOf(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`))).toHaveProperty('a')
  })

  it('survives millions of levels', () => {
    expect(problem(() => parseJsonObject(bytesOf(`{"a":${'['.repeat(1_000_000)}`)))).toMatch(/ends too early/)
  })
})

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const keys = ['model', 'stream', 'a"b', 'ü', 'back\\slash', '', '1', '{', '🙂']

function pickKeys(random: () => number): string[] {
  return keys.filter(() => random() < 0.4)
}

function bodyOfKeys(count: number): string {
  return `{${Array.from({ length: count }, (_, at) => `"k${at}":0`).join()}}`
}

function randomValue(random: () => number, depth: number): unknown {
  const kind = Math.floor(random() * (depth > 3 ? 5 : 7))
  const texts = ['', '"', '\\', '}],{["', 'é🙂', '\n\t', 'x'.repeat(20), '\\"model\\":']
  if (kind === 0) return null
  if (kind === 1) return random() < 0.5
  if (kind === 2) return Math.round(random() * 1e6) / 10
  if (kind < 5) return texts[Math.floor(random() * texts.length)]
  const items = Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth + 1))
  return kind === 5 ? items : Object.fromEntries(items.map((item, index) => [keys[index], item]))
}

/** A body with odd spacing, escaped keys and repeated keys. */
function randomText(random: () => number): string {
  const space = () => ['', '', ' ', '\n', '\t ', '\r\n'][Math.floor(random() * 6)] ?? ''
  const names = pickKeys(random)
  if (random() < 0.3) names.push(...pickKeys(random))
  const members = names.map((name) => {
    const key = random() < 0.2 ? escaped(name) : JSON.stringify(name)
    const indent = random() < 0.3 ? 1 : 0
    return `${key}${space()}:${space()}${JSON.stringify(randomValue(random, 0), null, indent)}`
  })
  return `${space()}{${space()}${members.join(`${space()},${space()}`)}${space()}}${space()}`
}

function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'))
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`
}
