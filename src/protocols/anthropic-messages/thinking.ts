/** Decides what a wish to reason becomes on this wire: a token budget, the adaptive kind, or nothing, with the reason told. */
import type { InferenceRequest, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { isObject, textOr } from '../fields.ts'
import { effortOfTokens, fitEffort, nearestEffort } from '../fit/effort.ts'
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
  readonly traits: ModelTraits
}

const minBudgetTokens = 1024
/** Of a request that leaves it to the model, as a medium effort is divided. */
const usualBudget = 8192
const wireEfforts: readonly string[] = ['low', 'medium', 'high', 'xhigh', 'max']
/** Part of max_tokens that thinking may take when both are tight. */
const largestShare = 0.8
const budgetOfEffort: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
}

export function writeThinking(request: InferenceRequest, around: Surroundings, warnings: Warning[]): Thinking {
  const { reasoning } = request
  const { carried } = around
  if (isObject(carried) && isTaken(carried, around.traits)) {
    const isOn = carried.type !== 'disabled'
    const obstacle = isOn ? findForce(request, around.traits) : undefined
    if (obstacle) {
      warnings.push({ type: 'dropped', field: 'thinking', reason: obstacle })
      return { isOn: false }
    }
    return { isOn, thinking: carried, ...writeEffort(reasoning?.effort, around.traits, warnings) }
  }
  if (!reasoning) return { isOn: false }
  if (!reasoning.isEnabled) return writeOff(reasoning.effort, around.traits, warnings)
  const obstacle = findObstacle(request, around)
  if (obstacle) {
    warnings.push({ type: 'dropped', field: 'thinking', reason: obstacle })
    return { isOn: false }
  }
  return writeOn(request, around, warnings)
}

/** A kind of thinking beyond the plain ones goes whole, unless the model is known to refuse it. */
function isTaken({ type }: JsonObject, { thinking }: ModelTraits): boolean {
  if (type === 'enabled') return thinking !== 'adaptive' && thinking !== 'always-adaptive' && thinking !== 'none'
  if (type === 'adaptive') return thinking !== 'budget' && thinking !== 'none'
  return thinking !== 'always-adaptive'
}

function writeOff(effort: string | undefined, traits: ModelTraits, warnings: Warning[]): Thinking {
  if (traits.thinking === 'none') return { isOn: false }
  const isAlways = traits.thinking === 'always-adaptive'
  if (isAlways) {
    warnings.push({ type: 'dropped', field: 'thinking', reason: 'this model always thinks; it cannot be switched off' })
  }
  const words = effort === undefined || effort === 'none' ? {} : writeEffort(effort, traits, warnings)
  return { isOn: false, ...(isAlways ? {} : { thinking: { type: 'disabled' } }), ...words }
}

function writeOn(request: InferenceRequest, { traits }: Surroundings, warnings: Warning[]): Thinking {
  const { budgetTokens, effort } = request.reasoning ?? {}
  if (traits.thinking === 'none') {
    warnings.push({ type: 'dropped', field: 'thinking', reason: 'this model does not think' })
    return { isOn: false }
  }
  const isAdaptive = traits.thinking === 'adaptive' || traits.thinking === 'always-adaptive'
  if (traits.thinking === 'budget') return writeWithBudget(request, traits, warnings)
  if (budgetTokens !== undefined && !isAdaptive)
    return writeBudget(request, budgetTokens, writeEffort(effort, traits, warnings).effort, warnings)
  if (budgetTokens === undefined) return { isOn: true, thinking: adaptive, ...writeEffort(effort, traits, warnings) }
  const word = effort ?? effortOfTokens(budgetTokens)
  const reason = `this model decides itself how much it thinks and refuses a budget; sent as effort '${word}'`
  warnings.push({ type: 'changed', field: 'thinking.budget_tokens', reason })
  return { isOn: true, thinking: adaptive, ...writeEffort(word, traits, warnings) }
}

const adaptive: JsonObject = { type: 'adaptive' }

/** Models that take a budget alone: the adaptive kind and an effort are both said as one. */
function writeWithBudget(request: InferenceRequest, traits: ModelTraits, warnings: Warning[]): Thinking {
  const { budgetTokens, effort } = request.reasoning ?? {}
  if (budgetTokens !== undefined) {
    const word = effort === undefined ? undefined : fitEffort(effort, traits, warnings)
    return writeBudget(request, budgetTokens, word, warnings)
  }
  if (effort !== undefined) return writeEffortAsBudget(request, effort, warnings)
  const reason = 'this model does not decide itself how much it thinks; it was given a budget'
  warnings.push({ type: 'changed', field: 'thinking', reason })
  return writeBudget(request, usualBudget, undefined, warnings)
}

function findForce({ toolChoice }: InferenceRequest, { thinking }: ModelTraits): string | undefined {
  const isForced = toolChoice?.type === 'required' || toolChoice?.type === 'tool'
  return isForced && thinking !== 'always-adaptive'
    ? 'thinking cannot be combined with a forced tool choice'
    : undefined
}

function findObstacle(request: InferenceRequest, { messages, traits }: Surroundings): string | undefined {
  const force = findForce(request, traits)
  if (force !== undefined) return force
  if (request.reasoning?.budgetTokens === undefined && traits.thinking !== 'budget') return undefined
  if (traits.thinking === 'adaptive' || traits.thinking === 'always-adaptive') return undefined
  const last = messages.at(-1)
  const before = messages.at(-2)
  const isToolLoop = last?.content[0]?.type === 'tool_result' && before?.role === 'assistant'
  if (isToolLoop && !textOr(before.content[0]?.type).includes('thinking')) {
    return 'the tool calls being answered came without signed thinking, which this provider then requires'
  }
  return undefined
}

function writeEffort(
  effort: string | undefined,
  traits: ModelTraits,
  warnings: Warning[],
): { readonly effort?: string } {
  if (effort === undefined) return {}
  if (traits.efforts === undefined) return writeKnownEffort(effort, warnings)
  const word = fitEffort(effort, traits, warnings)
  return word === undefined ? {} : { effort: word }
}

/** Of a model that nobody has described, the words of the wire. */
function writeKnownEffort(effort: string, warnings: Warning[]): { readonly effort?: string } {
  const word = nearestEffort(effort, { efforts: wireEfforts })
  if (word !== effort) {
    const reason =
      word === undefined ? `'${effort}' is not known here` : `${effort} is not known here; ${word} is the nearest`
    warnings.push({ type: word === undefined ? 'dropped' : 'changed', field: 'reasoning_effort', reason })
  }
  return word === undefined ? {} : { effort: word }
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
