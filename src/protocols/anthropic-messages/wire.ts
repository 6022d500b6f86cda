/** The words of this wire: its id, what it calls a stop, an error, a status, and the few shapes that are written. */
import { parseExact } from '../../bytes/exact-json.ts'
import type { Carry, Finish, FinishReason } from '../../inference/index.ts'

export const wireId = 'anthropic-messages'

type Json = Readonly<Record<string, unknown>>

/** A content block, in requests and answers alike. */
export interface WireBlock {
  readonly type: string
  readonly [key: string]: unknown
}

/** Tokens as this wire counts them: input without what the cache read or took, output with thinking. */
export interface WireUsage {
  readonly input_tokens: number
  readonly cache_creation_input_tokens: number | null
  readonly cache_read_input_tokens: number | null
  readonly cache_creation?: { readonly ephemeral_5m_input_tokens: number; readonly ephemeral_1h_input_tokens: number }
  readonly output_tokens: number
  readonly output_tokens_details?: { readonly thinking_tokens: number }
}

/** The wire's own advice for tool arguments that are not a JSON object: the text under this key, unmended. */
const unparsedKey = 'INVALID_JSON'

const reasonOfWord: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  max_tokens: 'length',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  refusal: 'refusal',
  model_context_window_exceeded: 'length',
}

const wordOfReason: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  other: 'end_turn',
}

/** What an answer was made of, as far as its ending depends on it. */
export interface Said {
  hasToolCall: boolean
  hasRefusal: boolean
}

/** A plain stop after a tool call is a stop for the tool call; after a refusal, for the refusal. */
function settleReason(reason: FinishReason, said: Said): FinishReason {
  if (reason !== 'stop') return reason
  if (said.hasToolCall) return 'tool-calls'
  return said.hasRefusal ? 'refusal' : reason
}

export function readFinish(stopReason: unknown, stopSequence: unknown, said: Said): Finish {
  if (typeof stopReason !== 'string') return { reason: said.hasToolCall ? 'tool-calls' : 'other' }
  const known = Object.hasOwn(reasonOfWord, stopReason) ? reasonOfWord[stopReason] : undefined
  const reason = settleReason(known ?? 'other', said)
  return { reason, raw: stopReason, ...(typeof stopSequence === 'string' ? { stopSequence } : {}) }
}

/** The provider's own word is kept where it is one of ours and says the same. */
export function writeFinish(finish: Finish, said: Said): { stop_reason: string; stop_sequence: string | null } {
  const reason = settleReason(finish.reason, said)
  const isOurs =
    finish.raw !== undefined && Object.hasOwn(reasonOfWord, finish.raw) && reasonOfWord[finish.raw] === reason
  return {
    stop_reason: isOurs ? (finish.raw as string) : wordOfReason[reason],
    stop_sequence: finish.stopSequence ?? null,
  }
}

/** The carried fields if this wire said them. */
export function ownFields(carry: Carry | undefined): Json | undefined {
  return carry?.wire === wireId ? carry.fields : undefined
}

/** Arguments as an object. Text that is none is kept whole under the wire's own key. */
export function parseArguments(text: string): { readonly input: Json; readonly isWrapped: boolean } {
  if (text.trim() === '') return { input: {}, isWrapped: false }
  try {
    const value = parseExact(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { input: value as Json, isWrapped: false }
    }
  } catch {
    // Not JSON: kept as text below.
  }
  return { input: { [unparsedKey]: text }, isWrapped: true }
}

/** The reverse of parseArguments. */
export function writeArguments(input: unknown): string {
  if (typeof input === 'object' && input !== null) {
    const wrapped = (input as Json)[unparsedKey]
    if (typeof wrapped === 'string' && Object.keys(input).length === 1) return wrapped
  }
  return JSON.stringify(input ?? {})
}
