/** Decides what a wish to reason becomes on this wire: a token budget, the adaptive kind, or nothing, with the reason told. */
import type { InferenceRequest, Warning } from '../../inference/index.ts'
import { isObject, textOr } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { WireBlock } from './wire.ts'

interface Thinking {
  readonly isOn: boolean
  readonly thinking?: JsonObject
  readonly budgetTokens?: number
  /** For `output_config.effort`. */
  readonly effort?: string
}

/** What the decision looks at beside the neutral request. */
interface Surroundings {
  readonly messages: readonly { readonly role: string; readonly content: readonly WireBlock[] }[]
  /** The client's own `thinking` where it was more than the neutral form models. */
  readonly carried: unknown
}

const minBudgetTokens = 1024
/** Part of max_tokens that thinking may take when both are tight. */
const largestShare = 0.8
const wireEfforts: readonly string[] = ['low', 'medium', 'high', 'xhigh', 'max']
const budgetOfEffort: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
}

/** Models before 4.6 take a budget; later ones decide themselves and take an effort. */
const budgetModelPattern = /claude-(?:[123]\b|instant|(?:opus|sonnet|haiku)-4(?!-[6-9]))/

export function writeThinking(request: InferenceRequest, around: Surroundings, warnings: Warning[]): Thinking {
  const reasoning = request.reasoning
  if (isObject(around.carried)) {
    const isOn = around.carried.type !== 'disabled'
    return { isOn, thinking: around.carried, ...(reasoning?.effort === undefined ? {} : { effort: reasoning.effort }) }
  }
  if (!reasoning) return { isOn: false }
  const effort = reasoning.effort
  if (!reasoning.isEnabled) {
    return {
      isOn: false,
      thinking: { type: 'disabled' },
      ...(effort && wireEfforts.includes(effort) ? { effort } : {}),
    }
  }
  const obstacle = findObstacle(request, around)
  if (obstacle) {
    warnings.push({ type: 'dropped', field: 'thinking', reason: obstacle })
    return { isOn: false }
  }
  if (reasoning.budgetTokens !== undefined) return writeBudget(request, reasoning.budgetTokens, effort, warnings)
  if (effort === undefined) return { isOn: true, thinking: { type: 'adaptive' } }
  if (budgetModelPattern.test(request.model)) return writeEffortAsBudget(request, effort, warnings)
  return writeEffort(effort, warnings)
}

function findObstacle(request: InferenceRequest, around: Surroundings): string | undefined {
  if (request.toolChoice?.type === 'required' || request.toolChoice?.type === 'tool') {
    return 'thinking cannot be combined with a forced tool choice'
  }
  if (request.reasoning?.budgetTokens === undefined && !budgetModelPattern.test(request.model)) return undefined
  const last = around.messages.at(-1)
  const before = around.messages.at(-2)
  const isToolLoop = last?.content[0]?.type === 'tool_result' && before?.role === 'assistant'
  if (isToolLoop && !textOr(before.content[0]?.type).includes('thinking')) {
    return 'the tool calls being answered came without signed thinking, which this provider then requires'
  }
  return undefined
}

function writeEffort(effort: string, warnings: Warning[]): Thinking {
  if (wireEfforts.includes(effort)) return { isOn: true, thinking: { type: 'adaptive' }, effort }
  const nearest = effort === 'minimal' ? 'low' : undefined
  warnings.push({
    type: nearest ? 'changed' : 'dropped',
    field: 'reasoning_effort',
    reason: nearest ? `${effort} is not known here; ${nearest} is the nearest` : `'${effort}' is not known here`,
  })
  return { isOn: true, thinking: { type: 'adaptive' }, ...(nearest ? { effort: nearest } : {}) }
}

function writeEffortAsBudget(request: InferenceRequest, effort: string, warnings: Warning[]): Thinking {
  const budget = Object.hasOwn(budgetOfEffort, effort) ? budgetOfEffort[effort] : undefined
  if (budget === undefined) {
    warnings.push({ type: 'dropped', field: 'reasoning_effort', reason: `'${effort}' is not known here` })
    return { isOn: false }
  }
  return writeBudget(request, budget, undefined, warnings)
}

/** The budget must stay below max_tokens, which is final: the budget gives way. */
function writeBudget(
  request: InferenceRequest,
  asked: number,
  effort: string | undefined,
  warnings: Warning[],
): Thinking {
  const limit = request.maxOutputTokens
  let budgetTokens = Math.max(asked, minBudgetTokens)
  if (limit !== undefined && budgetTokens >= limit) budgetTokens = Math.floor(limit * largestShare)
  if (budgetTokens < minBudgetTokens) {
    const reason = `max_tokens ${limit} leaves no room for the smallest thinking budget of ${minBudgetTokens}`
    warnings.push({ type: 'dropped', field: 'thinking', reason })
    return { isOn: false }
  }
  if (budgetTokens !== asked) {
    const reason = `${asked} does not fit between ${minBudgetTokens} and max_tokens; set to ${budgetTokens}`
    warnings.push({ type: 'clamped', field: 'thinking.budget_tokens', reason })
  }
  const thinking = { type: 'enabled', budget_tokens: budgetTokens }
  return { isOn: true, thinking, budgetTokens, ...(effort === undefined ? {} : { effort }) }
}
