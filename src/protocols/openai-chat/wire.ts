/** Words of the OpenAI Chat Completions wire that several of its files share. */
import type { Carry, Finish, FinishReason, Picture, TokenLogprob } from '../../inference/index.ts'
import { otherFields } from '../fields.ts'
import type { ClientProtocolId, JsonObject } from '../protocol.ts'

export const wireId: ClientProtocolId = 'openai-chat'

export function carryOf(fields: JsonObject | undefined): { readonly carry?: Carry } {
  return fields === undefined || Object.keys(fields).length === 0 ? {} : { carry: { wire: wireId, fields } }
}

/** The fields of a carry that came from this wire. */
export function ownFields(carry: Carry | undefined): JsonObject | undefined {
  return carry?.wire === wireId ? carry.fields : undefined
}

const ofChoice: ReadonlySet<string> = new Set(['index', 'delta', 'message', 'logprobs', 'finish_reason'])

/** What a provider of another wire says beside its answer (grounding, safety ratings), for clients that want more than the specification. */
export function sideFields(carry: Carry | undefined, isStrict: boolean): JsonObject {
  if (isStrict || carry === undefined || carry.wire === wireId) return {}
  return otherFields(carry.fields, ofChoice) ?? {}
}

/** Compatible providers have words of their own; unknown ones become `other`. */
const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  tool_use: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  refusal: 'refusal',
}

/** What an answer held, for finish reasons that say less than that. */
export interface Said {
  hasToolCall: boolean
  hasRefusal: boolean
}

/** Some providers end with `stop` although tools were called. */
export function readFinish(raw: unknown, said: Said): Finish {
  const word = typeof raw === 'string' && raw !== '' ? raw : undefined
  const known = word !== undefined && Object.hasOwn(finishReasons, word) ? finishReasons[word] : undefined
  const reason = known ?? 'other'
  const isPlain = reason === 'stop' || reason === 'other'
  const actual = isPlain && said.hasToolCall ? 'tool-calls' : reason === 'stop' && said.hasRefusal ? 'refusal' : reason
  return { reason: actual, ...(word === undefined ? {} : { raw: word }) }
}

const finishWords = {
  stop: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  other: 'stop',
} as const satisfies Record<FinishReason, string>

/** A refusal in words ends with `stop`; outside the strict wire the provider's own word is kept. */
export function writeFinish(finish: Finish, said: Said, isStrict: boolean): string {
  if (!isStrict && finish.raw !== undefined) return finish.raw
  if (said.hasToolCall && finishWords[finish.reason] === 'stop') return 'tool_calls'
  if (said.hasRefusal && finish.reason === 'refusal') return 'stop'
  return finishWords[finish.reason]
}

/** A picture of an answer, where OpenRouter and the clients of image models look for it. */
export function writePicture({ mediaType, base64 }: Picture, index: number): JsonObject {
  return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${base64}` }, index }
}

/** Under a member of the type's name, in this wire. */
export function nest({ type, ...cited }: JsonObject): JsonObject {
  return { type, url_citation: cited }
}

export function writeLogprobs(logprobs: readonly TokenLogprob[]): JsonObject {
  const write = ({ token, logprob }: Pick<TokenLogprob, 'token' | 'logprob'>) => ({
    token,
    logprob,
    bytes: [...Buffer.from(token)],
  })
  return { content: logprobs.map((each) => ({ ...write(each), top_logprobs: each.top.map(write) })), refusal: null }
}
