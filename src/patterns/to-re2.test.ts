import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../test/support/seeded-random.ts'
import { toRe2 } from './to-re2.ts'

const pieces = [
  ...['a', 'b', ' ', '_', '-', '.', '\\.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\b', '\\B', '^', '$', '\\n'],
  ...[
    '[ab]',
    '[^ab]',
    '[a-c-]',
    '[\\s\\d]',
    '[^\\S]',
    '[]',
    '[^]',
    '[\\w-]',
    '[-a]',
    '[\\b]',
    '\\x41',
    '\\u00a0',
    '\\cJ',
  ],
  ...['\\/', '\\0', '{', '}', ']', 'a{1', 'é', '\u2028'],
]
const quantifiers = ['', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?', '+?', '??']
const texts = [
  '',
  'a',
  'ab',
  'aab ba',
  'A1_b-',
  'a\nb\r',
  '\u00a0a\ufeff',
  '\u2028b\u0085',
  'a{1}]',
  'é.é/\0\b',
  'aabbab ab',
]

function patternOf(random: () => number, depth: number): string {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  const one = (): string => {
    if (depth > 0 && random() < 0.3)
      return `${pick(['(', '(?:', '(?<n>'])}${patternOf(random, depth - 1)})${pick(quantifiers)}`
    const piece = pick(pieces)
    return /^(?:\^|\$|\\[bB])$/.test(piece) ? piece : `${piece}${pick(quantifiers)}`
  }
  const alternative = () => Array.from({ length: Math.floor(random() * 4) }, one).join('')
  return Array.from({ length: random() < 0.3 ? 2 : 1 }, alternative).join('|')
}

function isValid(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags)
    return true
  } catch {
    return false
  }
}

/** Where both match; of a pattern that can match nothing only whether they do. */
function compare(source: string, flags: string) {
  const translated = toRe2(source, flags)
  if (translated === undefined) return []
  const linear = RE2JS.compile(translated.source, flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0)
  const pattern = new RegExp(source, `${flags}g`)
  return texts.map((text) => {
    const matcher = linear.matcher(text)
    if (translated.matchesEmpty) return { text, re2: matcher.find(), js: text.search(pattern) >= 0 }
    const re2: string[] = []
    while (matcher.find()) re2.push(`${matcher.start()}-${matcher.end()}`)
    const js = [...text.matchAll(pattern)].map(({ index, 0: found }) => `${index}-${index + found.length}`)
    return { text, re2, js }
  })
}

describe('a pattern said in the syntax of RE2', () => {
  it('matches what JavaScript matches', () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    const random = seededRandom(seed)
    const different: string[] = []
    let compared = 0
    for (let round = 0; round < 1_000; round++) {
      const source = patternOf(random, 2)
      for (const flags of ['', 'i', 's', 'u']) {
        if (!isValid(source, flags)) continue
        for (const { text, re2, js } of compare(source, flags)) {
          compared += 1
          if (String(re2) !== String(js))
            different.push(`/${source}/${flags} on ${JSON.stringify(text)}: ${re2}, not ${js}`)
        }
      }
    }
    expect(different, `seed ${seed}`).toEqual([])
    expect(compared).toBeGreaterThan(5_000)
  })

  it.each(['(?=a)', '(?!a)', '(?<=a)b', '(?<!a)b', '(a)\\1', '(?<n>a)\\k<n>', '\\p{L}', '\\_', '😀', '[a-\\d]'])(
    'is none for %s',
    (source) => {
      expect(toRe2(source, '')).toBeUndefined()
    },
  )

  it.each(['m', 'y', 'v', 'd'])('is none with the flag %s where it would mean something else', (flag) => {
    expect(toRe2('^a$', flag)).toBeUndefined()
  })

  it('knows which can match nothing', () => {
    const isEmpty = (source: string) => toRe2(source, '')?.matchesEmpty
    for (const source of ['', 'a*', 'a|', '(a|b?)', '\\b', '(a*)+b', 'a{0,3}', '^$'])
      expect(isEmpty(source), source).toBe(true)
    for (const source of ['a', 'a+', '(a|b)c', '(ab)*c', 'a*b', '^a', '[]']) expect(isEmpty(source), source).toBe(false)
  })
})
