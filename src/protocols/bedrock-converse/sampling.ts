/** Sampling, limits and reasoning: the few settings all models share, and each maker's own words for the rest. */
import type { InferenceRequest, Warning } from '../../inference/index.ts'
import type { Maker, ModelTraits } from '../../model-traits/index.ts'
import { writeThinking } from '../anthropic-messages/thinking.ts'
import { present } from '../fields.ts'
import { effortOfTokens, fitEffort } from '../fit/effort.ts'
import type { JsonObject } from '../protocol.ts'
import type { ConverseBlock } from './request-write-parts.ts'
import { stopSequencePath } from './wire.ts'

interface Sampling {
  readonly inferenceConfig: JsonObject | undefined
  /** For additionalModelRequestFields. */
  readonly additional: JsonObject
  readonly responsePaths: readonly string[] | undefined
}

interface Surroundings {
  readonly traits: ModelTraits
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
  const isClaude = around.traits.maker === 'Anthropic'
  const isThinking = reasoned.isThinking && isClaude
  const { stop } = request
  const inferenceConfig = present({
    maxTokens: writeMaxTokens(request, reasoned, warnings),
    temperature: writeTemperature(request.temperature, isThinking, warnings),
    topP: writeTopP(request.topP, isThinking, warnings),
    stopSequences: stop,
  })
  return {
    inferenceConfig: Object.keys(inferenceConfig).length > 0 ? inferenceConfig : undefined,
    additional: { ...writeTopK(request.topK, around.traits, isThinking, warnings), ...reasoned.additional },
    responsePaths: stop !== undefined && isClaude ? [stopSequencePath] : undefined,
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
  return temperature
}

function writeTopP(topP: number | undefined, isThinking: boolean, warnings: Warning[]) {
  if (topP === undefined || !isThinking || topP >= 0.95) return topP
  warnings.push({ type: 'dropped', field: 'top_p', reason: 'it cannot be combined with thinking' })
  return undefined
}

function writeTopK(topK: number | undefined, { maker }: ModelTraits, isThinking: boolean, warnings: Warning[]) {
  if (topK === undefined) return {}
  if (isThinking) {
    warnings.push({ type: 'dropped', field: 'top_k', reason: 'it cannot be combined with thinking' })
    return {}
  }
  if (maker === 'Amazon') return { inferenceConfig: { topK } }
  return maker === 'Cohere' ? { k: topK } : { top_k: topK }
}

/** The wish to reason in the words of the model's maker. */
function writeReasoning(request: InferenceRequest, around: Surroundings, warnings: Warning[]): Reasoned {
  const { traits } = around
  if (traits.maker === 'Anthropic') return writeClaudeThinking(request, around, warnings)
  const { reasoning } = request
  if (!reasoning?.isEnabled) return { isThinking: false, additional: {} }
  const write = effortWords[traits.maker]
  const isKnown = write !== undefined && (traits.efforts?.length ?? 0) > 0
  const asked =
    reasoning.effort ?? (reasoning.budgetTokens === undefined ? 'medium' : effortOfTokens(reasoning.budgetTokens))
  const effort = isKnown ? fitEffort(asked, traits, warnings) : undefined
  if (isKnown && effort !== undefined) return { isThinking: true, additional: write(effort) }
  const reason =
    traits.maker === 'unknown' && traits.takesReasoning
      ? 'the model behind this ARN is not known; name it by its id, or name the base model of the integration, to set its reasoning'
      : 'this model has no such setting here'
  warnings.push({ type: 'dropped', field: 'reasoning_effort', reason })
  return { isThinking: false, additional: {} }
}

/** Where an effort stands among the additional fields. */
const effortWords: Readonly<Partial<Record<Maker, (effort: string) => JsonObject>>> = {
  Amazon: (effort) => ({ reasoningConfig: { type: 'enabled', maxReasoningEffort: effort } }),
  OpenAI: (effort) => ({ reasoning_effort: effort }),
}

function writeClaudeThinking(request: InferenceRequest, around: Surroundings, warnings: Warning[]): Reasoned {
  const messages = around.messages.map(({ role, content }) => ({ role, content: content.map(asClaudeBlock) }))
  const thinking = writeThinking(request, { messages, carried: around.thinking, traits: around.traits }, warnings)
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
