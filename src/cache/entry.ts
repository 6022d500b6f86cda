/** What is kept of an answer, when it may be kept, and the port of where it is kept. */
import { collect, type FinishReason, type InferenceEvent, type Usage } from '../inference/index.ts'

/** One answer as its provider gave it, before output guardrails: both of a client's forms are written from it. */
export interface CacheEntry {
  readonly events: readonly InferenceEvent[]
  /** The provider's own text, where it answered whole. */
  readonly body?: string
  /** Epoch milliseconds. */
  readonly storedAtMs: number
  /** How long the provider took; what a hit saves. */
  readonly tookMs: number
  /** What the user asked last, where questions that mean the same may find it. */
  readonly asked?: string
}

export interface AnswerCache {
  /** undefined = none, or its time was over. */
  read(key: string): Promise<CacheEntry | undefined>
  /** Replaces what is there. False = too large to be kept. */
  put(key: string, entry: CacheEntry, expiresAtMs: number): Promise<boolean>
}

/** UTF-16 units of text. An answer above it is not even collected. */
export const maxEntryCharacters = 4 * 1024 * 1024

/** Endings that another request may be given as its own; a refusal or a filter may not happen again. */
const storable: ReadonlySet<FinishReason> = new Set(['stop', 'stop-sequence', 'length', 'tool-calls'])

export interface CompletedAnswer {
  readonly events: readonly InferenceEvent[]
  readonly body?: string
  /** All that is known, also where the wire did not show it. */
  readonly usage?: Usage
  /** The limits bought less output than was asked for. */
  readonly isClamped: boolean
}

/** undefined = the answer is not whole, or is nobody else's. */
export function toCacheEntry(
  answered: CompletedAnswer,
  times: Pick<CacheEntry, 'storedAtMs' | 'tookMs'>,
): CacheEntry | undefined {
  const { events, body, usage, isClamped } = answered
  const { finish, error, toolCalls } = collect(events)
  if (finish === undefined || error !== undefined || !storable.has(finish.reason)) return undefined
  if (finish.reason === 'length' && isClamped) return undefined
  if (!toolCalls.every((call) => isJson(call.arguments))) return undefined
  const told = usage === undefined ? events : events.flatMap((event) => beforeEnd(event, usage))
  return { events: told, ...times, ...(body === undefined ? {} : { body }) }
}

function beforeEnd(event: InferenceEvent, usage: Usage): readonly InferenceEvent[] {
  return event.type === 'response-end' ? [{ type: 'usage', usage }, event] : [event]
}

/** A model may break off or misspell what it calls a tool with. */
function isJson(text: string): boolean {
  if (text.trim() === '') return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
