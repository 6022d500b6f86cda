/** What a body that is passed on must lose because its very model refuses it; everything else stays byte for byte. */
import type { Warning } from '../../inference/index.ts'
import { findTraits, type ModelTraits } from '../../model-traits/index.ts'
import { isObject } from '../fields.ts'
import type { ForeignContent, JsonObject, WireId } from '../protocol.ts'
import { fitEffort } from './effort.ts'
import { takesNoSampling } from './sampling.ts'
import { fitUser } from './user.ts'

interface Passing {
  readonly body: JsonObject
  readonly traits: ModelTraits
  readonly edits: Record<string, unknown>
  readonly warnings: Warning[]
}

const fits: Readonly<Partial<Record<WireId, (passing: Passing) => void>>> = {
  'openai-chat': fitChat,
  'openai-responses': fitResponses,
  'anthropic-messages': fitMessages,
  'openai-images': fitImages,
  'openai-image-edits': fitImages,
}

/** undefined = nothing: the body may pass as it is. */
export function fitPassthrough(wire: WireId, body: JsonObject, traits: ModelTraits): ForeignContent | undefined {
  const apply = fits[wire]
  if (apply === undefined || traits === nothingKnown) return undefined
  const passing: Passing = { body, traits, edits: {}, warnings: [] }
  apply(passing)
  return Object.keys(passing.edits).length === 0 ? undefined : passing
}

/** Of a model that nobody has described nothing is refused. */
const nothingKnown = findTraits('')

function fitChat(passing: Passing): void {
  const { body, traits } = passing
  if (traits.outputCap === 'max_completion_tokens') rename(passing, 'max_tokens', 'max_completion_tokens')
  if (traits.outputCap === 'max_tokens') rename(passing, 'max_completion_tokens', 'max_tokens')
  const effort = typeof body.reasoning_effort === 'string' ? body.reasoning_effort : undefined
  dropSampling(passing, effort)
  if (traits.maxStops === 0 && isSaid(body.stop)) drop(passing, 'stop')
  if (!traits.hasParallelSwitch && isSaid(body.parallel_tool_calls)) drop(passing, 'parallel_tool_calls')
  const isDivided = traits.thinking === 'budget' && traits.efforts?.length === 0
  if (effort !== undefined && !isDivided) setEffort(passing, 'reasoning_effort', effort, (word) => word)
  fitUserField(passing, 'user')
}

function fitResponses(passing: Passing): void {
  const { reasoning } = passing.body
  const effort = isObject(reasoning) && typeof reasoning.effort === 'string' ? reasoning.effort : undefined
  dropSampling(passing, effort)
  if (effort !== undefined && isObject(reasoning)) {
    const { effort: _, ...rest } = reasoning
    const others = Object.keys(rest).length > 0 ? rest : undefined
    setEffort(passing, 'reasoning', effort, (word) => (word === undefined ? others : { ...rest, effort: word }))
  }
  fitUserField(passing, 'user')
}

function fitMessages(passing: Passing): void {
  const { body, traits } = passing
  const { sampling } = traits
  if (sampling.temperature === 'default' && isSaid(body.temperature) && body.temperature !== 1)
    drop(passing, 'temperature')
  if (!sampling.topP && isSaid(body.top_p)) drop(passing, 'top_p')
  else if (sampling.isOneOnly && isSaid(body.temperature) && isSaid(body.top_p))
    drop(passing, 'top_p', 'this model takes temperature or top_p; temperature was sent')
  if (!sampling.topK && isSaid(body.top_k)) drop(passing, 'top_k')
  fitThinking(passing)
  const { output_config: config } = body
  if (isObject(config) && typeof config.effort === 'string') {
    const { effort, ...rest } = config
    const others = Object.keys(rest).length > 0 ? rest : undefined
    setEffort(passing, 'output_config', String(effort), (word) =>
      word === undefined ? others : { ...rest, effort: word },
    )
  }
}

const usualBudget = 8192
const leastBudget = 1024

/** The kinds that a generation refuses become the one that it has. */
function fitThinking(passing: Passing): void {
  const { body, traits, edits, warnings } = passing
  const { thinking } = body
  if (!isObject(thinking)) return
  const tell = (type: 'changed' | 'dropped', reason: string) => warnings.push({ type, field: 'thinking', reason })
  if (thinking.type === 'disabled') {
    if (traits.thinking !== 'always-adaptive') return
    edits.thinking = undefined
    tell('dropped', 'this model always thinks; it cannot be switched off')
  } else if (traits.thinking === 'none') {
    edits.thinking = undefined
    tell('dropped', 'this model does not think')
  } else if (thinking.type === 'adaptive' && traits.thinking === 'budget') {
    const room = typeof body.max_tokens === 'number' ? Math.floor(body.max_tokens * 0.8) : usualBudget
    const budget = Math.min(usualBudget, room)
    const isOn = budget >= leastBudget && !isForced(body.tool_choice)
    edits.thinking = isOn ? { type: 'enabled', budget_tokens: budget } : undefined
    tell(isOn ? 'changed' : 'dropped', 'this model does not decide itself how much it thinks; it takes a budget')
  } else if (thinking.type === 'enabled' && (traits.thinking === 'adaptive' || traits.thinking === 'always-adaptive')) {
    const { budget_tokens: _, type: __, ...rest } = thinking
    edits.thinking = { type: 'adaptive', ...rest }
    tell('changed', 'this model decides itself how much it thinks and refuses a budget')
  }
}

function isForced(choice: unknown): boolean {
  return isObject(choice) && (choice.type === 'any' || choice.type === 'tool')
}

/** https://platform.openai.com/docs/api-reference/images/create: what one generation takes is a 400 of another. */
function fitImages(passing: Passing): void {
  const { body, traits, edits, warnings } = passing
  const { refused = [], qualities = {} } = traits.images ?? {}
  for (const key of refused) if (isSaid(body[key])) drop(passing, key)
  const { quality } = body
  const nearest = typeof quality === 'string' && Object.hasOwn(qualities, quality) ? qualities[quality] : undefined
  if (nearest !== undefined) {
    edits.quality = nearest
    warnings.push({ type: 'changed', field: 'quality', reason: `this model has no '${quality}'; sent as '${nearest}'` })
  }
  fitUserField(passing, 'user')
}

function dropSampling(passing: Passing, effort: string | undefined): void {
  const { body, traits } = passing
  const { sampling } = traits
  const isOff = takesNoSampling(traits, effort)
  const temperature = isOff || sampling.temperature === 'default'
  if (temperature && isSaid(body.temperature) && body.temperature !== 1) drop(passing, 'temperature')
  if ((isOff || !sampling.topP) && isSaid(body.top_p) && body.top_p !== 1) drop(passing, 'top_p')
  for (const key of ['presence_penalty', 'frequency_penalty'])
    if (!sampling.penalties && isSaid(body[key]) && body[key] !== 0) drop(passing, key)
  if ((isOff || !sampling.logprobs) && isSaid(body.logprobs) && body.logprobs !== false) drop(passing, 'logprobs')
  if ((isOff || !sampling.logprobs) && isSaid(body.top_logprobs) && body.top_logprobs !== 0)
    drop(passing, 'top_logprobs')
  if (!sampling.logitBias && isSaid(body.logit_bias)) drop(passing, 'logit_bias')
}

function setEffort(
  { traits, edits, warnings }: Passing,
  key: string,
  effort: string,
  write: (word: string | undefined) => unknown,
): void {
  const word = fitEffort(effort, traits, warnings)
  if (word !== effort) edits[key] = write(word)
}

function fitUserField({ body, traits, edits, warnings }: Passing, key: string): void {
  const said = body[key]
  const user = typeof said === 'string' ? fitUser(said, traits, warnings) : undefined
  if (user?.isHash !== true) return
  const { hashField = key } = traits.user
  if (hashField !== key) edits[key] = undefined
  edits[hashField] = user.value
}

function rename({ body, edits, warnings }: Passing, from: string, to: string): void {
  if (!isSaid(body[from])) return
  edits[from] = undefined
  if (isSaid(body[to])) return
  edits[to] = body[from]
  warnings.push({ type: 'changed', field: from, reason: `this model takes it as ${to}` })
}

function drop({ edits, warnings }: Passing, field: string, reason = 'this model does not take it'): void {
  edits[field] = undefined
  warnings.push({ type: 'dropped', field, reason })
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null
}
