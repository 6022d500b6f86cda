import { describe, expect, it } from 'vitest'
import { nearestNames } from './nearest.ts'

describe('nearestNames', () => {
  it('puts the smallest edit distance first', () => {
    expect(nearestNames('budgts', ['budget', 'budgets', 'colour'], 2)).toEqual(['budgets', 'budget'])
  })

  it('finds a name inside a longer one', () => {
    expect(nearestNames('gpt-5', ['@openai/gpt-5', '@anthropic/claude-opus-4-5'], 3)).toEqual(['@openai/gpt-5'])
  })

  it('ignores case and repeated candidates', () => {
    expect(nearestNames('GPT-5', ['gpt-5', 'gpt-5'], 3)).toEqual(['gpt-5'])
  })

  it('gives up on names that are too long to compare', () => {
    const long = 'x'.repeat(201)
    expect(nearestNames(long, [long], 1)).toEqual([])
    expect(nearestNames('x', [long], 1)).toEqual([])
  })

  it('names nothing when nothing is near', () => {
    expect(nearestNames('llama', ['whisper-large', ''], 3)).toEqual([])
  })
})
