import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../test/support/seeded-random.ts'
import { bodyWithoutSecrets, SecretFilter, textWithoutSecrets } from './secret-filter.ts'

const key = 'sk-live-0123456789'

function through(secrets: readonly string[], chunks: readonly string[]): string {
  const filter = new SecretFilter(secrets)
  const parts = chunks.map((chunk) => filter.push(Buffer.from(chunk)))
  return Buffer.concat([...parts, filter.end()]).toString()
}

describe('an answer that repeats a credential', () => {
  it('loses it at every cut, and nothing else', () => {
    const text = `data: {"a":"x${key}y sk-live-0123"}\n\ndata: ${key}`
    for (let cut = 0; cut <= text.length; cut++)
      for (let second = cut; second <= Math.min(text.length, cut + 20); second++)
        expect(through([key], [text.slice(0, cut), text.slice(cut, second), text.slice(second)])).toBe(
          'data: {"a":"x*****y sk-live-0123"}\n\ndata: *****',
        )
  })

  it('loses it byte by byte too, also where it begins anew inside itself', () => {
    expect(through(['aabaabaac'], [...'aabaabaabaac-'])).toBe('aab*****-')
  })

  it('loses its own credentials when many other answers pass meanwhile, each with others', () => {
    const others = Array.from({ length: 40 }, (_, at) => `sk-other-${at}-0123456789`)
    const filters = [key, ...others].map((secret) => ({ secret, filter: new SecretFilter([secret]) }))
    const first = filters.map(({ secret, filter }) => filter.push(Buffer.from(`a${secret.slice(0, 9)}`)))
    const told = filters.map(({ secret, filter }, at) =>
      Buffer.concat([
        first[at] ?? Buffer.alloc(0),
        filter.push(Buffer.from(`${secret.slice(9)}b${key}c`)),
        filter.end(),
      ]).toString(),
    )
    expect(told).toEqual(['a*****b*****c', ...others.map(() => `a*****b${key}c`)])
  })

  it('loses it as JSON and as addresses spell it', () => {
    expect(through(['pass"word/1'], ['{"a":"pass\\"word/1","b":"https://x?k=pass%22word%2F1"}'])).toBe(
      '{"a":"*****","b":"https://x?k=*****"}',
    )
  })

  it.each([
    ['PHP', 'ab\\/cd+ef==&'],
    ['Go', 'ab/cd+ef==\\u0026'],
    ['Gson', 'ab/cd+ef\\u003d\\u003d\\u0026'],
    ['.NET', 'ab/cd\\u002Bef==\\u0026'],
  ])('loses it as the JSON of %s spells it', (_, spelled) => {
    for (let cut = 0; cut <= spelled.length; cut++)
      expect(through(['ab/cd+ef==&'], [`{"a":"${spelled.slice(0, cut)}`, `${spelled.slice(cut)}"}`])).toBe(
        '{"a":"*****"}',
      )
  })

  it.each([0, 1, 2])('loses it in base64 behind %i other bytes (issue 9)', (before) => {
    const encoded = Buffer.from(`${'u'.repeat(before)}${key}:x`).toString('base64')
    const told = through([key], [`{"a":"${encoded.slice(0, 9)}`, `${encoded.slice(9)}"}`])
    expect(told).toMatch(/^\{"a":".{0,3}\*{5}.{0,6}"\}$/)
    expect(textWithoutSecrets(encoded, [key])).toContain('*****')
  })

  it('loses it whichever letters JSON escapes, at every cut (issue 9)', () => {
    const escaped = (letter: string) => `\\u00${letter.charCodeAt(0).toString(16)}`
    const random = seededRandom(11)
    for (let run = 0; run < 20; run++) {
      const spelled = [...key].map((letter) => (random() < 0.4 ? escaped(letter) : letter)).join('')
      const text = `{"a":"s\\n\\u00e9${spelled}\\u0073k","b":"${spelled}"}`
      for (let cut = 0; cut <= text.length; cut++)
        expect(through([key], [text.slice(0, cut), text.slice(cut)])).toBe(
          '{"a":"s\\n\\u00e9*****\\u0073k","b":"*****"}',
        )
      expect(through([key], [...text])).toBe('{"a":"s\\n\\u00e9*****\\u0073k","b":"*****"}')
      expect(textWithoutSecrets(spelled, [key])).toBe('*****')
    }
  })

  it('leaves every other escape as it was', () => {
    const text = '{"a":"\\u0073\\u006b-live-01\\\\u0032\\/\\u00e9\\ud83d\\ude00\\"\\'
    for (let cut = 0; cut <= text.length; cut++)
      expect(through([key], [text.slice(0, cut), text.slice(cut)])).toBe(text)
  })

  it('loses the longer of two that begin alike', () => {
    expect(through(['abcdefgh', 'abcdefghij'], ['-abcdefghij-abcdefgh-'])).toBe('-*****-*****-')
  })
})

describe('an answer that repeats none', () => {
  it('stays the very same bytes, at once', () => {
    const filter = new SecretFilter([key])
    const chunk = Buffer.from('data: {"a":1}\n\n')
    expect(filter.push(chunk)).toBe(chunk)
  })

  it('is the same whatever its bytes and cuts', () => {
    const seed = Date.now()
    const random = seededRandom(seed)
    for (let run = 0; run < 1_000; run++) {
      const bytes = Buffer.from(Array.from({ length: 60 }, () => Math.floor(random() * 4) + 0x61))
      const cut = Math.floor(random() * 61)
      const filter = new SecretFilter(['abcdabcdabcdX'])
      const out = Buffer.concat([filter.push(bytes.subarray(0, cut)), filter.push(bytes.subarray(cut)), filter.end()])
      expect(out.equals(bytes), `seed ${seed}`).toBe(true)
    }
  })

  it('ends and is given up like the one behind it', async () => {
    let isGivenUp = false
    async function* body() {
      try {
        yield Buffer.from('one')
        yield Buffer.from('two')
      } finally {
        isGivenUp = true
      }
    }
    for await (const chunk of bodyWithoutSecrets(body(), [key])) {
      expect(Buffer.from(chunk).toString()).toBe('one')
      break
    }
    expect(isGivenUp).toBe(true)
  })
})

describe('a text', () => {
  it('is the same object without one', () => {
    expect(textWithoutSecrets(`a ${key}`, [key])).toBe('a *****')
    expect(textWithoutSecrets('a', [key])).toBe('a')
  })
})
