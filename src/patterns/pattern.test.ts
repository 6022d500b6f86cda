import { describe, expect, it } from 'vitest'
import { compilePattern, PatternBudget, PatternTimeout } from './pattern.ts'

const slow = `${'a'.repeat(60)}b`
const test = (source: string, text: string, flags = '', budget = new PatternBudget()) =>
  compilePattern(source, flags, 'rule').test(text, budget)
const replace = (source: string, text: string, flags = '') =>
  compilePattern(source, flags, 'rule').replaceAll(text, '$1#', new PatternBudget())

describe('a pattern from outside', () => {
  it('is refused with its place when it is none', () => {
    expect(() => compilePattern('(', '', 'checks.0.rule')).toThrow(/checks\.0\.rule is not a regular expression: /)
  })

  it.each<[string, string, boolean]>([
    ['secret', 'a secret', true],
    ['^\\d+$', '12a', false],
    ['^(a+)+$', slow, false],
    ['^(?:a|a)*$', slow, false],
    ['(?<!x)b$', slow, true],
    ['(a)\\1b', slow, true],
    ['\\u{1F600}|😀', 'so 😀', true],
  ])('/%s/ on %s: %s', async (source, text, matches) => {
    expect(await test(source, text)).toBe(matches)
  })

  it('replaces every match, literally, with every engine', async () => {
    expect(await replace('x', 'axbx')).toBe('a$1#b$1#')
    expect(await replace('\\d+', '12 and 3')).toBe('$1# and $1#')
    expect(await replace('(?<=a)b', 'abb ab')).toBe('a$1#b a$1#')
    expect(await replace('x*', 'axb')).toBe('axb'.replace(/x*/g, () => '$1#'))
    expect(await replace('é+', '😀éé😀')).toBe('😀$1#😀')
  })

  it('reads a long text, and one with many beginnings of a match', async () => {
    expect(await test('(foo|bar)+$', `${'x'.repeat(2_000_000)}foobar`)).toBe(true)
    const many = 'a'.repeat(100_000)
    await expect(replace('a.*b|a', many).then(({ length }) => length)).rejects.toThrow(PatternTimeout)
  })

  it.each(['^(?=a)(a+)+$', '(a+)+\\1$', '^(?!c)(a|a)*$'])(
    'that does not finish (/%s/) is an error, not a miss',
    async (source) => {
      await expect(test(source, slow)).rejects.toThrow(`the pattern '${source}' did not finish`)
      expect(await test('^(?=a)a', slow)).toBe(true)
    },
  )

  it('has one time for all of a request: who comes after one that took it all is not asked', async () => {
    const budget = new PatternBudget()
    const all = await Promise.allSettled(Array.from({ length: 100 }, () => test('^(?=a)(a+)+$', slow, '', budget)))
    expect(all.every((each) => each.status === 'rejected' && each.reason instanceof PatternTimeout)).toBe(true)
  })

  it('lets everything else go on while it runs', async () => {
    let isDone = false
    const one = test('^(?=a)(a+)+$', slow).catch(() => {
      isDone = true
    })
    let turns = 0
    while (!isDone) {
      turns += 1
      await new Promise((resolve) => setImmediate(resolve))
    }
    await one
    expect(turns).toBeGreaterThan(10)
  })
})
