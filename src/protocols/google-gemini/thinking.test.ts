import { describe, expect, it } from 'vitest'
import type { Reasoning, Warning } from '../../inference/index.ts'
import { findTraits } from '../../model-traits/index.ts'
import { writeThinking } from './thinking.ts'

function think(model: string, reasoning: Reasoning | undefined) {
  const warnings: Warning[] = []
  return { config: writeThinking(findTraits(model), reasoning, warnings), told: warnings.map(({ type }) => type) }
}

const on = (more: Partial<Reasoning> = {}): Reasoning => ({ isEnabled: true, ...more })
const off: Reasoning = { isEnabled: false }

describe('thinking for Gemini', () => {
  it.each<[string, Reasoning | undefined, unknown, string[]]>([
    ['gemini-2.5-flash', undefined, undefined, []],
    ['gemini-2.5-flash', on(), { includeThoughts: true }, []],
    ['gemini-2.5-flash', on({ effort: 'low' }), { thinkingBudget: 1024, includeThoughts: true }, []],
    ['gemini-2.5-flash', on({ effort: 'medium' }), { thinkingBudget: 8192, includeThoughts: true }, []],
    ['gemini-2.5-pro', on({ effort: 'high' }), { thinkingBudget: 24576, includeThoughts: true }, []],
    ['gemini-2.5-flash', on({ budgetTokens: 2000 }), { thinkingBudget: 2000, includeThoughts: true }, []],
    ['gemini-2.5-flash', on({ budgetTokens: 31999 }), { thinkingBudget: 24576, includeThoughts: true }, ['clamped']],
    ['gemini-2.5-pro', on({ budgetTokens: 31999 }), { thinkingBudget: 31999, includeThoughts: true }, []],
    ['gemini-2.5-flash-lite', on({ budgetTokens: 100 }), { thinkingBudget: 512, includeThoughts: true }, ['clamped']],
    ['gemini-2.5-flash', on({ effort: 'enormous' }), { includeThoughts: true }, ['dropped']],
    ['gemini-2.5-flash', off, { thinkingBudget: 0 }, []],
    ['gemini-2.5-pro', off, { thinkingBudget: 128 }, ['changed']],
    ['gemini-3-pro-preview', on({ effort: 'high' }), { thinkingLevel: 'high', includeThoughts: true }, []],
    ['gemini-3-pro-preview', on({ effort: 'medium' }), { thinkingLevel: 'high', includeThoughts: true }, ['changed']],
    ['gemini-3.1-pro-preview', on({ effort: 'medium' }), { thinkingLevel: 'medium', includeThoughts: true }, []],
    ['gemini-3.1-pro-preview', on({ effort: 'minimal' }), { thinkingLevel: 'low', includeThoughts: true }, ['changed']],
    ['gemini-3-flash-preview', on({ effort: 'minimal' }), { thinkingLevel: 'minimal', includeThoughts: true }, []],
    ['gemini-3-flash-preview', on({ effort: 'max' }), { thinkingLevel: 'high', includeThoughts: true }, ['changed']],
    ['gemini-3-flash-preview', on({ effort: 'enormous' }), { includeThoughts: true }, ['dropped']],
    ['gemini-3-flash-preview', on({ budgetTokens: 900 }), { thinkingLevel: 'low', includeThoughts: true }, ['changed']],
    [
      'gemini-3-flash-preview',
      on({ budgetTokens: 9000 }),
      { thinkingLevel: 'high', includeThoughts: true },
      ['changed'],
    ],
    ['gemini-3-flash-preview', on(), { includeThoughts: true }, []],
    ['gemini-3-flash-preview', off, { thinkingLevel: 'minimal' }, ['changed']],
    ['gemini-3-pro-preview', off, { thinkingLevel: 'low' }, ['changed']],
    ['gemini-flash-latest', on({ effort: 'low' }), { thinkingLevel: 'low', includeThoughts: true }, []],
    ['gemini-2.0-flash', on({ effort: 'low' }), undefined, ['dropped']],
    ['gemini-2.0-flash', off, undefined, []],
    ['gemma-3-27b-it', on({ effort: 'low' }), undefined, ['dropped']],
  ])('%s given %j', (model, reasoning, config, told) => {
    expect(think(model, reasoning)).toEqual({ config, told })
  })
})
