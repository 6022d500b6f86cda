/** Decides what a wish to reason becomes on this wire: a budget of tokens (2.5) or a level (3 and later). */
import type { Reasoning, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { effortOfTokens, fitEffort, nearestEffort } from '../fit/effort.ts'
import type { JsonObject } from '../protocol.ts'

/** Effort → tokens, as the provider's own compatible endpoint divides them (ai.google.dev/gemini-api/docs/openai). */
const budgetOfEffort: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
}
export function writeThinking(
  traits: ModelTraits,
  reasoning: Reasoning | undefined,
  warnings: Warning[],
): JsonObject | undefined {
  if (reasoning === undefined) return undefined
  if (traits.thinking === 'budget') return writeBudget(traits, reasoning, warnings)
  if (traits.thinking === 'level') return writeLevel(traits, reasoning, warnings)
  if (reasoning.isEnabled) drop(warnings, 'this model does not think')
  return undefined
}

function writeBudget(traits: ModelTraits, reasoning: Reasoning, warnings: Warning[]): JsonObject | undefined {
  const [least, most] = traits.budget ?? [1, Number.POSITIVE_INFINITY]
  if (!reasoning.isEnabled) {
    if (traits.efforts?.includes('none')) return { thinkingBudget: 0 }
    warnings.push({ type: 'changed', field: 'thinking', reason: `this model always thinks; its budget is ${least}` })
    return { thinkingBudget: least }
  }
  const asked = reasoning.budgetTokens ?? budgetFor(reasoning.effort, warnings)
  if (asked === undefined) return { includeThoughts: true }
  const thinkingBudget = Math.min(most, Math.max(least, asked))
  if (thinkingBudget !== asked) {
    const reason = `${asked} is not between ${least} and ${most}; set to ${thinkingBudget}`
    warnings.push({ type: 'clamped', field: 'thinking.budget_tokens', reason })
  }
  return { thinkingBudget, includeThoughts: true }
}

function budgetFor(effort: string | undefined, warnings: Warning[]): number | undefined {
  if (effort === undefined) return undefined
  if (Object.hasOwn(budgetOfEffort, effort)) return budgetOfEffort[effort]
  drop(warnings, `'${effort}' is not known here`)
  return undefined
}

function writeLevel(traits: ModelTraits, reasoning: Reasoning, warnings: Warning[]): JsonObject {
  const { effort, budgetTokens, isEnabled } = reasoning
  if (!isEnabled) {
    const thinkingLevel = traits.efforts?.[0] ?? 'low'
    const reason = `this model always thinks; its level is '${thinkingLevel}'`
    warnings.push({ type: 'changed', field: 'thinking', reason })
    return { thinkingLevel }
  }
  const level = effort === undefined ? levelForBudget(budgetTokens, warnings) : fitEffort(effort, traits, warnings)
  const thinkingLevel = level === undefined ? undefined : nearestEffort(level, traits)
  return thinkingLevel === undefined ? { includeThoughts: true } : { thinkingLevel, includeThoughts: true }
}

function levelForBudget(budgetTokens: number | undefined, warnings: Warning[]): string | undefined {
  if (budgetTokens === undefined) return undefined
  const level = effortOfTokens(budgetTokens)
  const reason = `this model takes a level instead of ${budgetTokens} tokens; sent as '${level}'`
  warnings.push({ type: 'changed', field: 'thinking.budget_tokens', reason })
  return level
}

function drop(warnings: Warning[], reason: string): void {
  warnings.push({ type: 'dropped', field: 'reasoning_effort', reason })
}
