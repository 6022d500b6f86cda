/** The client's keys that the neutral form does not model: this wire's own go through, others are told one by one. */
import { GatewayError } from '../../errors.ts'
import type { InferenceRequest, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { isObject } from '../fields.ts'
import { keepKnownBetas } from '../fit/betas.ts'
import type { JsonObject } from '../protocol.ts'

interface PassedOn {
  /** Top-level keys of the body. */
  readonly top: JsonObject
  /** For additionalModelRequestFields. */
  readonly additional: JsonObject
  /** A Claude client's own `thinking` where it was more than the neutral form models. */
  readonly thinking?: JsonObject
}

/** As clients of every wire spell them, in both cases. */
const topKeys: Readonly<Record<string, string>> = {
  guardrailConfig: 'guardrailConfig',
  guardrail_config: 'guardrailConfig',
  performanceConfig: 'performanceConfig',
  performance_config: 'performanceConfig',
  promptVariables: 'promptVariables',
  requestMetadata: 'requestMetadata',
  additionalModelResponseFieldPaths: 'additionalModelResponseFieldPaths',
  additional_model_response_field_paths: 'additionalModelResponseFieldPaths',
}
const contextManagementBeta = 'context-management-2025-06-27'
const additionalKeys = ['additionalModelRequestFields', 'additional_model_request_fields']
/** Claude's own words, which it takes among the additional fields. */
const claudeKeys = new Set(['anthropic_beta', 'context_management'])

interface Surroundings {
  readonly traits: ModelTraits
  /** Of the client's header. */
  readonly betas: readonly string[]
}

export function readPassedOn(
  request: InferenceRequest,
  { traits, betas }: Surroundings,
  warnings: Warning[],
): PassedOn {
  const top: Record<string, unknown> = {}
  let additional: JsonObject = {}
  let thinking: JsonObject | undefined
  const mayBeClaude = traits.maker === 'Anthropic' || traits.maker === 'unknown'
  for (const [key, value] of Object.entries(request.carry?.fields ?? {})) {
    const topKey = Object.hasOwn(topKeys, key) ? topKeys[key] : undefined
    if (topKey !== undefined) top[topKey] = value
    else if (additionalKeys.includes(key) && isObject(value))
      additional = { ...additional, ...withoutCaps(value, warnings) }
    else if (mayBeClaude && claudeKeys.has(key)) additional = { ...additional, [key]: listed(key, value) }
    else if (mayBeClaude && key === 'thinking' && isObject(value)) thinking = value
    else leaveOut(key, value, warnings)
  }
  const asked = mayBeClaude ? writeBetas(additional, betas, traits, warnings) : {}
  return { top, additional: { ...additional, ...asked }, ...(thinking === undefined ? {} : { thinking }) }
}

/** As makers call the most that may be generated (Claude, Llama, Nova, Titan). */
const capNames = /^max_?(?:new_?|gen_?|output_?)?(?:tokens?(?:_?to_?sample|_?count)?|len)$/i

/** What is held for the answer rests on the cap that the request states; another beside it must not count. */
function withoutCaps(fields: JsonObject, warnings: Warning[]): JsonObject {
  const kept = Object.entries(fields).flatMap(([key, value]) => {
    if (capNames.test(key)) {
      const reason = 'the cap of the output is max_tokens of the request itself'
      warnings.push({ type: 'dropped', field: `additional_model_request_fields.${key}`, reason })
      return []
    }
    return [[key, isObject(value) ? withoutCaps(value, warnings) : value] as const]
  })
  return Object.fromEntries(kept)
}

/** Those of the header join those of the body; what only a beta brings asks for it. */
function writeBetas(
  { anthropic_beta: said, context_management: management }: JsonObject,
  betas: readonly string[],
  traits: ModelTraits,
  warnings: Warning[],
): JsonObject {
  const named = Array.isArray(said) ? said.filter((beta) => typeof beta === 'string') : []
  const needed = management === undefined ? [] : [contextManagementBeta]
  const known = keepKnownBetas([...new Set([...named, ...betas, ...needed])], traits, warnings)
  return said === undefined && known.length === 0 ? {} : { anthropic_beta: known.length > 0 ? known : undefined }
}

/** Betas are a list here; clients also write them as one text, as the header has them. */
function listed(key: string, value: unknown): unknown {
  if (key !== 'anthropic_beta' || typeof value !== 'string') return value
  return value.split(',').map((beta) => beta.trim())
}

function leaveOut(key: string, value: unknown, warnings: Warning[]): void {
  if (isWithoutEffect(key, value)) return
  if (cannotBeDropped(key, value)) {
    throw new GatewayError(
      'unsupported_parameter',
      `${key} is ${JSON.stringify(value).slice(0, 60)}, which this model's provider cannot do; leave it out or choose another model`,
      { param: key },
    )
  }
  warnings.push({ type: 'dropped', field: key, reason: 'this provider has no such setting' })
}

/** Leaving these out would give the client another kind of answer than it can read. */
function cannotBeDropped(key: string, value: unknown): boolean {
  if (key === 'n') return value !== 1
  return key === 'modalities' && Array.isArray(value) && value.includes('audio')
}

function isWithoutEffect(key: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0) return true
  if (key === 'n') return value === 1
  if (key === 'modalities') return Array.isArray(value) && !value.includes('audio')
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0
}
