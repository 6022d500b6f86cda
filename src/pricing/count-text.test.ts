import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { countTextTokens } from './count-text.ts'

const prose = 'A limit is a promise: this key never spends more than this. 漢字 12345 => {}\n'

describe('counted tokens of a text', () => {
  it.each([
    ['gpt-4o', 1.05],
    ['claude-sonnet-4-5', 1.3 * 1.35],
  ])('of %s are those of o200k with its margin', async (model, margin) => {
    const text = prose.repeat(700)
    const exact = countTokens(text)
    const counted = await countTextTokens(text, model)
    expect(counted).toBeGreaterThanOrEqual(exact * margin)
    expect(counted).toBeLessThan(exact * margin * 1.01)
  })

  it('of a model whose tokenizer nobody has published are its bytes', async () => {
    expect(await countTextTokens('漢字', 'kimi-k2')).toBe(6)
  })

  it('of one long run are counted in time, and special words are text', async () => {
    expect(await countTextTokens('x'.repeat(200_000), 'gpt-4o')).toBeLessThanOrEqual(200_000)
    expect(await countTextTokens('<|endoftext|>', 'gpt-4o')).toBeGreaterThan(1)
    expect(await countTextTokens('', 'gpt-4o')).toBe(0)
  })
})
