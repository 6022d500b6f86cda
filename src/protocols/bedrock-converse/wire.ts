/** The words of this wire: its id, what it calls a stop, and what every half needs to know of its blocks. */
import type { Block, Finish, FinishReason } from '../../inference/index.ts'
import { isObject } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

export const wireId = 'bedrock-converse'

/** The key under which a model's own stop sequence is asked for and told. */
const stopSequenceKey = 'stop_sequence'
export const stopSequencePath = `/${stopSequenceKey}`

const reasonOfWord: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  stop_sequence: 'stop-sequence',
  guardrail_intervened: 'content-filter',
  content_filtered: 'content-filter',
  refusal: 'refusal',
  pause_turn: 'pause',
  malformed_model_output: 'other',
  malformed_tool_use: 'other',
}

/** `ending` holds `stopReason` and perhaps the model's additional fields: a whole answer, or the event of a stop. */
export function readFinish(ending: JsonObject, hasToolCall: boolean): Finish {
  const { stopReason, additionalModelResponseFields: more } = ending
  if (typeof stopReason !== 'string') return { reason: hasToolCall ? 'tool-calls' : 'other' }
  const known = Object.hasOwn(reasonOfWord, stopReason) ? reasonOfWord[stopReason] : undefined
  const reason = known === 'stop' && hasToolCall ? 'tool-calls' : (known ?? 'other')
  const met = isObject(more) ? more[stopSequenceKey] : undefined
  return { reason, raw: stopReason, ...(typeof met === 'string' && met !== '' ? { stopSequence: met } : {}) }
}

export function readToolCall(toolUse: JsonObject): Block {
  return { type: 'tool-call', id: text(toolUse.toolUseId), name: text(toolUse.name) }
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Carry of this wire, nothing when there is nothing to carry. */
export function carryOf(fields: JsonObject | undefined) {
  return fields === undefined || Object.keys(fields).length === 0 ? {} : { carry: { wire: wireId, fields } }
}
