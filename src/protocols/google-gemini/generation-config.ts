/** Writes how an answer is to be made: sampling, length, format, thinking, and what clients say of it in other words. */
import type { InferenceRequest, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { isObject, present, textOr } from '../fields.ts'
import { cleanSchema } from '../fit/written-out-schema.ts'
import { dropForeignFields } from '../foreign-fields.ts'
import type { JsonObject } from '../protocol.ts'
import { writeThinking } from './thinking.ts'
import { ownFields } from './wire.ts'

interface Settings {
  /** Members of the body beside the configuration. */
  readonly beside: JsonObject
  readonly config: JsonObject
}

/** Keys of other wires, and this wire's own words said there, that have a place beside the configuration. */
const besideOfKey: Readonly<Record<string, string>> = {
  safety_settings: 'safetySettings',
  safetySettings: 'safetySettings',
  cached_content: 'cachedContent',
  cachedContent: 'cachedContent',
  labels: 'labels',
}
const configOfKey: Readonly<Record<string, string>> = {
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
  thinking_config: 'thinkingConfig',
  thinkingConfig: 'thinkingConfig',
  media_resolution: 'mediaResolution',
  mediaResolution: 'mediaResolution',
}

export function writeSettings(request: InferenceRequest, traits: ModelTraits, warnings: Warning[]): Settings {
  const said = readCarried(request, warnings)
  const thinkingConfig = said.config.thinkingConfig ?? writeThinking(traits, request.reasoning, warnings)
  const asked = present({
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    maxOutputTokens: request.maxOutputTokens,
    stopSequences: request.stop,
    seed: request.seed,
    ...writeFormat(request, traits, warnings),
    thinkingConfig,
  })
  const config = { ...present(said.config), ...asked }
  return { beside: said.beside, config }
}

/** The client's own keys of this wire go back in; of another wire's, those that mean something here. */
function readCarried(request: InferenceRequest, warnings: Warning[]): Settings {
  const own = ownFields(request.carry)
  if (own) {
    const { generationConfig, ...beside } = own
    return { beside, config: isObject(generationConfig) ? generationConfig : {} }
  }
  const beside: Record<string, unknown> = {}
  const config: Record<string, unknown> = {}
  const foreign: Record<string, unknown> = {}
  const fields = unwrap(request.carry?.fields ?? {})
  for (const [key, value] of Object.entries(fields)) {
    const besideKey = Object.hasOwn(besideOfKey, key) ? besideOfKey[key] : undefined
    const configKey = Object.hasOwn(configOfKey, key) ? configOfKey[key] : undefined
    if (besideKey !== undefined) beside[besideKey] = value
    else if (configKey !== undefined) config[configKey] = value ?? undefined
    else if ((key === 'generationConfig' || key === 'generation_config') && isObject(value))
      Object.assign(config, readOwnWords(value, warnings))
    else if (key === 'logprobs' && typeof value === 'boolean') config.responseLogprobs = value ? true : undefined
    // without the other one the provider refuses it
    else if (key === 'top_logprobs' && typeof value === 'number' && fields.logprobs === true)
      config.logprobs = value > 0 ? value : undefined
    else if (key === 'modalities' && wantsMore(value)) config.responseModalities = value.map((each) => upper(each))
    else foreign[key] = value
  }
  dropForeignFields(foreign, warnings)
  return { beside, config: Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) }
}

/** Bounded before the call by what the client says of them in its own wire; not heard a second time. */
const boundedKeys: ReadonlySet<string> = new Set(['maxOutputTokens', 'candidateCount'])

/** A client of another wire says this one's words; the wire takes them in both spellings. */
function readOwnWords(said: JsonObject, warnings: Warning[]): JsonObject {
  const config: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(said)) {
    const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    if (!boundedKeys.has(name)) config[name] = value
    else warnings.push({ type: 'dropped', field: `generationConfig.${name}`, reason: 'say max_tokens or n instead' })
  }
  return config
}

/** Clients of compatible endpoints say this wire's words under `extra_body`, once more under the provider's name. */
function unwrap(fields: JsonObject): JsonObject {
  const { extra_body: extra, ...rest } = fields
  if (!isObject(extra)) return fields
  const inner = Object.values(extra).find(isObject)
  return { ...rest, ...(inner && Object.keys(extra).length === 1 ? inner : extra) }
}

function wantsMore(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.includes('image') && !value.includes('audio')
}

function upper(value: unknown): string {
  return textOr(value).toUpperCase()
}

function writeFormat(request: InferenceRequest, traits: ModelTraits, warnings: Warning[]): JsonObject {
  const format = request.outputFormat
  if (format === undefined) return {}
  if (!traits.formatWithTools && (request.tools?.length ?? 0) > 0) {
    const reason = 'models before 3 cannot combine it with tools; ask for JSON in the prompt'
    warnings.push({ type: 'dropped', field: 'response_format', reason })
    return {}
  }
  if (format.type === 'json') return { responseMimeType: 'application/json' }
  const schema = cleanSchema(format.schema, 'response_format.json_schema.schema', warnings)
  const { description } = format
  return {
    responseMimeType: 'application/json',
    responseJsonSchema: description === undefined ? schema : { description, ...schema },
  }
}
