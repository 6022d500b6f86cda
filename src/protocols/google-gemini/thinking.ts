/** Decides what a wish to reason becomes on this wire: a budget of tokens (2.5) or a level (3 and later). */
import type { Reasoning, Warning } from '../../inference/index.ts'
import type { JsonObject } from '../protocol.ts'
import { type Family, familyOf } from './wire.ts'

/** Effort → tokens, as the provider's own compatible endpoint divides them (ai.google.dev/gemini-api/docs/openai). */
const budgetOfEffort: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
}
const levelOfEffort: Readonly<Record<string, string>> = {
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
}
/** Largest budget up to which a level stands for it. */
const levelOfBudget = [
  [1024, 'low'],
  [8192, 'medium'],
] as const

export function writeThinking(
  model: string,
  reasoning: Reasoning | undefined,
  warnings: Warning[],
): JsonObject | undefined {
  if (reasoning === undefined) return undefined
  const family = familyOf(model)
  if (family === undefined || family.major < 2 || (family.major === 2 && family.minor < 5)) {
    if (reasoning.isEnabled) drop(warnings, 'this model does not think')
    return undefined
  }
  return family.major === 2 ? writeBudget(family, reasoning, warnings) : writeLevel(model, family, reasoning, warnings)
}

function writeBudget(family: Family, reasoning: Reasoning, warnings: Warning[]): JsonObject | undefined {
  const [least, most] = family.isPro ? [128, 32_768] : family.isLite ? [512, 24_576] : [1, 24_576]
  if (!reasoning.isEnabled) {
    if (!family.isPro) return { thinkingBudget: 0 }
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

function writeLevel(model: string, family: Family, reasoning: Reasoning, warnings: Warning[]): JsonObject {
  const { effort, budgetTokens, isEnabled } = reasoning
  if (!isEnabled) {
    const thinkingLevel = family.isPro ? 'low' : 'minimal'
    const reason = `this model always thinks; its level is '${thinkingLevel}'`
    warnings.push({ type: 'changed', field: 'thinking', reason })
    return { thinkingLevel }
  }
  if (effort !== undefined && !Object.hasOwn(levelOfEffort, effort)) drop(warnings, `'${effort}' is not known here`)
  const wanted = effort === undefined ? levelForBudget(budgetTokens, warnings) : levelOfEffort[effort]
  if (wanted === undefined) return { includeThoughts: true }
  const thinkingLevel = nearestLevel(model, family, wanted)
  if (thinkingLevel !== (effort ?? wanted)) {
    const reason = `this model has no '${effort ?? wanted}'; sent as '${thinkingLevel}'`
    warnings.push({ type: 'changed', field: 'reasoning_effort', reason })
  }
  return { thinkingLevel, includeThoughts: true }
}

function levelForBudget(budgetTokens: number | undefined, warnings: Warning[]): string | undefined {
  if (budgetTokens === undefined) return undefined
  const level = levelOfBudget.find(([most]) => budgetTokens <= most)?.[1] ?? 'high'
  const reason = `this model takes a level instead of ${budgetTokens} tokens; sent as '${level}'`
  warnings.push({ type: 'changed', field: 'thinking.budget_tokens', reason })
  return level
}

/** Pro models have no minimal level; the first of them (3.0) has no medium one either. */
function nearestLevel(model: string, family: Family, level: string): string {
  if (!family.isPro) return level
  if (level === 'minimal') return 'low'
  return level === 'medium' && model.includes('gemini-3-pro') ? 'high' : level
}

function drop(warnings: Warning[], reason: string): void {
  warnings.push({ type: 'dropped', field: 'reasoning_effort', reason })
}
