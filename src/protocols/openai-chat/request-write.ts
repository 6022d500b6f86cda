/** Writes a provider's request from the neutral form; whatever it changes or leaves out becomes a warning. */
import type { InferenceRequest, OutputFormat, Reasoning, Warning } from '../../inference/index.ts'
import { findTraits, type ModelTraits } from '../../model-traits/index.ts'
import { present } from '../fields.ts'
import { isClosedSchema } from '../fit/closed-schema.ts'
import { effortOfTokens, fitEffort } from '../fit/effort.ts'
import { type FittedRequest, fitRequest } from '../fit/fit-request.ts'
import type { JsonObject, WriteRequestOptions, WrittenRequest } from '../protocol.ts'
import { MessageWriter } from './request-write-messages.ts'
import { writeTools } from './request-write-tools.ts'
import { ownFields, wireId } from './wire.ts'

export function writeRequest(
  { topK, ...asked }: InferenceRequest,
  { traits = findTraits(asked.model) }: WriteRequestOptions = {},
): WrittenRequest {
  const warnings: Warning[] = []
  if (topK !== undefined) warnings.push({ type: 'dropped', field: 'top_k', reason: 'this API has no such setting' })
  const { restoration, ...fitted } = fitRequest(asked, { traits, wire: wireId }, warnings)
  const { request } = fitted
  const effort = request.reasoning && writeEffort(request.reasoning, traits, warnings)
  const body = present({
    ...readCarried(request, warnings),
    model: request.model,
    messages: new MessageWriter(warnings, traits).write(request.messages),
    ...writeTools(request, traits, warnings),
    [traits.outputCap === 'max_tokens' ? 'max_tokens' : 'max_completion_tokens']: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    stop: request.stop,
    seed: request.seed,
    response_format: request.outputFormat && writeFormat(request.outputFormat, warnings),
    reasoning_effort: effortBesideTools(request, effort, traits, warnings),
    ...writeUser(fitted, traits),
    stream: request.isStream ? true : undefined,
  })
  return { body, warnings, ...(restoration === undefined ? {} : { restoration }) }
}

/** A hash has a field of its own where the provider keeps one for it. */
export function writeUser({ user }: Pick<FittedRequest, 'user'>, { user: rule }: ModelTraits): JsonObject {
  if (user === undefined) return {}
  return { [user.isHash ? (rule.hashField ?? 'user') : 'user']: user.value }
}

/** Here the tools stay and the effort goes: they cannot be had together in this API. */
function effortBesideTools(
  { tools = [] }: InferenceRequest,
  effort: string | undefined,
  { chat }: ModelTraits,
  warnings: Warning[],
): string | undefined {
  if (chat === 'all' || chat === 'none' || tools.length === 0 || effort === 'none') return effort
  const needsWord = chat === 'tools-with-effort-none'
  if (effort !== undefined || needsWord) {
    const reason = `this model takes function tools in this API only without an effort${needsWord ? "; sent as 'none'" : ''}`
    warnings.push({ type: needsWord ? 'changed' : 'dropped', field: 'reasoning_effort', reason })
  }
  return needsWord ? 'none' : undefined
}

/** The client's own keys of this wire go back in; another wire's are named one by one. */
function readCarried(request: InferenceRequest, warnings: Warning[]): JsonObject {
  const own = ownFields(request.carry)
  if (own) return own
  for (const [field, value] of Object.entries(request.carry?.fields ?? {})) {
    if (value === undefined || value === null) continue
    warnings.push({ type: 'dropped', field, reason: 'this API has no such setting' })
  }
  return {}
}

export function writeFormat(format: OutputFormat, warnings: Warning[]): JsonObject {
  if (format.type === 'json') return { type: 'json_object' }
  const isStrict = format.isStrict === true && isClosedSchema(format.schema)
  if (format.isStrict === true && !isStrict) {
    const reason =
      'strict needs every object to list all its properties as required and to forbid others; sent without strict'
    warnings.push({ type: 'changed', field: 'response_format.json_schema.strict', reason })
  }
  const name = format.name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'output'
  if (name !== format.name) {
    const reason = `a name has at most 64 letters, digits, '_' and '-' here; sent as '${name}'`
    warnings.push({ type: 'changed', field: 'response_format.json_schema.name', reason })
  }
  const { schema, description } = format
  const strict = format.isStrict === undefined ? undefined : isStrict
  return { type: 'json_schema', json_schema: present({ name, description, schema, strict }) }
}

export function writeEffort(reasoning: Reasoning, known: ModelTraits, warnings: Warning[]): string | undefined {
  const traits = inThisWire(known)
  const { effort, budgetTokens, isEnabled } = reasoning
  if (!isEnabled) return writeNoEffort(effort, traits, warnings)
  if (effort === 'max' && traits.efforts === undefined) {
    warnings.push({ type: 'changed', field: 'reasoning_effort', reason: "'max' is no word here; sent as 'high'" })
    return 'high'
  }
  if (effort !== undefined) return fitEffort(effort, traits, warnings)
  if (budgetTokens === undefined) return undefined
  if (traits.efforts?.length === 0) {
    warnings.push({ type: 'dropped', field: 'thinking', reason: 'this model does not reason' })
    return undefined
  }
  const silent: Warning[] = []
  const word = fitEffort(effortOfTokens(budgetTokens), traits, silent)
  const reason = `this API takes an effort instead of ${budgetTokens} tokens; sent as '${word}'`
  warnings.push({ type: 'changed', field: 'thinking.budget_tokens', reason })
  return word
}

/** A model that takes a budget in its maker's wire takes an effort in this one, whose servers divide it. */
function inThisWire(traits: ModelTraits): ModelTraits {
  const { efforts: _, ...rest } = traits
  return traits.thinking === 'budget' && traits.efforts?.length === 0 ? rest : traits
}

/** Where the model has a word for no reasoning at all it is said; elsewhere the least is the nearest, if it was asked for by name. */
function writeNoEffort(effort: string | undefined, traits: ModelTraits, warnings: Warning[]): string | undefined {
  if (traits.efforts?.length === 0) return undefined
  if (traits.efforts?.includes('none')) return 'none'
  return effort === 'none' ? fitEffort(effort, traits, warnings) : undefined
}
