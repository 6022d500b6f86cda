/** Sampling, limits and reasoning: the few settings all models share, and each maker's own words for the rest. */
import type { InferenceRequest, Warning } from '../../inference/index.ts'
import { writeThinking } from '../anthropic-messages/thinking.ts'
import { present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { withoutBlankStops } from '../stop-sequences.ts'
import type { ModelFamily } from './model-family.ts'
import type { ConverseBlock } from './request-write-parts.ts'
import { stopSequencePath } from './wire.ts'

interface Sampling {
  readonly inferenceConfig: JsonObject | undefined
  /** For additionalModelRequestFields. */
  readonly additional: JsonObject
  readonly responsePaths: readonly string[] | undefined
}

interface Surroundings {
  readonly family: ModelFamily
  readonly messages: readonly { readonly role: string; readonly content: readonly ConverseBlock[] }[]
  /** The client's own `thinking` of Claude. */
  readonly thinking?: JsonObject | undefined
}

interface Reasoned {
  readonly isThinking: boolean
  readonly additional: JsonObject
  /** What thinking may take of the output, where the client set no limit on it. */
  readonly budgetTokens?: number
}

/** Beside a thinking budget there must be a limit above it; this leaves room for an answer. */
const roomBesideThinking = 8192

export function writeSampling(request: InferenceRequest, around: Surroundings, warnings: Warning[]): Sampling {
  const reasoned = writeReasoning(request, around, warnings)
  const isThinking = reasoned.isThinking && around.family === 'claude'
  if (request.seed !== undefined) warnings.push({ type: 'dropped', field: 'seed', reason: 'this provider has no seed' })
  const stop = withoutBlankStops(request.stop, warnings)
  const inferenceConfig = present({
    maxTokens: writeMaxTokens(request, reasoned, warnings),
    temperature: writeTemperature(request.temperature, isThinking, warnings),
    topP: writeTopP(request.topP, isThinking, warnings),
    stopSequences: stop,
  })
  return {
    inferenceConfig: Object.keys(inferenceConfig).length > 0 ? inferenceConfig : undefined,
    additional: { ...writeTopK(request.topK, around.family, isThinking, warnings), ...reasoned.additional },
    responsePaths: stop !== undefined && around.family === 'claude' ? [stopSequencePath] : undefined,
  }
}

function writeMaxTokens({ maxOutputTokens }: InferenceRequest, { budgetTokens }: Reasoned, warnings: Warning[]) {
  if (maxOutputTokens !== undefined || budgetTokens === undefined) return maxOutputTokens
  const maxTokens = budgetTokens + roomBesideThinking
  const reason = `thinking needs a limit above its budget and none was given; set to ${maxTokens}`
  warnings.push({ type: 'changed', field: 'max_tokens', reason })
  return maxTokens
}

function writeTemperature(temperature: number | undefined, isThinking: boolean, warnings: Warning[]) {
  if (temperature === undefined) return undefined
  if (isThinking && temperature !== 1) {
    warnings.push({ type: 'dropped', field: 'temperature', reason: 'it cannot be combined with thinking' })
    return undefined
  }
  if (temperature <= 1) return temperature
  const reason = `${temperature} is above this provider's highest; set to 1`
  warnings.push({ type: 'clamped', field: 'temperature', reason })
  return 1
}

function writeTopP(topP: number | undefined, isThinking: boolean, warnings: Warning[]) {
  if (topP === undefined || !isThinking || topP >= 0.95) return topP
  warnings.push({ type: 'dropped', field: 'top_p', reason: 'it cannot be combined with thinking' })
  return undefined
}

function writeTopK(topK: number | undefined, family: ModelFamily, isThinking: boolean, warnings: Warning[]) {
  if (topK === undefined) return {}
  if (isThinking) {
    warnings.push({ type: 'dropped', field: 'top_k', reason: 'it cannot be combined with thinking' })
    return {}
  }
  if (family === 'nova' || family === 'nova-2') return { inferenceConfig: { topK } }
  return family === 'command' ? { k: topK } : { top_k: topK }
}

/** The wish to reason in the words of the model's maker. */
function writeReasoning(request: InferenceRequest, around: Surroundings, warnings: Warning[]): Reasoned {
  const { family } = around
  if (family === 'claude') return writeClaudeThinking(request, around, warnings)
  const { reasoning } = request
  if (!reasoning?.isEnabled) return { isThinking: false, additional: {} }
  const effort = effortOf(reasoning.effort, reasoning.budgetTokens)
  if (family === 'nova-2')
    return { isThinking: true, additional: { reasoningConfig: { type: 'enabled', maxReasoningEffort: effort } } }
  if (family === 'gpt-oss') return { isThinking: true, additional: { reasoning_effort: effort } }
  const reason =
    family === 'unknown'
      ? 'the model behind this ARN is not known; name it by its id to set its reasoning'
      : 'this model has no such setting here'
  warnings.push({ type: 'dropped', field: 'reasoning_effort', reason })
  return { isThinking: false, additional: {} }
}

function effortOf(effort: string | undefined, budgetTokens: number | undefined): string {
  if (effort === 'minimal' || effort === 'low') return 'low'
  if (effort !== undefined) return effort === 'medium' ? 'medium' : 'high'
  if (budgetTokens === undefined) return 'medium'
  return budgetTokens <= 2048 ? 'low' : budgetTokens <= 8192 ? 'medium' : 'high'
}

function writeClaudeThinking(request: InferenceRequest, around: Surroundings, warnings: Warning[]): Reasoned {
  const messages = around.messages.map(({ role, content }) => ({ role, content: content.map(asClaudeBlock) }))
  const thinking = writeThinking(request, { messages, carried: around.thinking }, warnings)
  return {
    isThinking: thinking.isOn,
    additional: present({
      thinking: thinking.thinking,
      output_config: thinking.effort === undefined ? undefined : { effort: thinking.effort },
    }),
    ...(thinking.budgetTokens === undefined ? {} : { budgetTokens: thinking.budgetTokens }),
  }
}

/** As far as the decision about thinking looks at it. */
function asClaudeBlock(block: ConverseBlock) {
  if ('toolResult' in block) return { type: 'tool_result' }
  return { type: 'reasoningContent' in block ? 'thinking' : 'text' }
}
