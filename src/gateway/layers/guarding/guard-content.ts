/** Requests and answers as guardrails see them: texts in their places, and what goes on when some were replaced. */
import { GatewayError } from '../../../errors.ts'
import type { CheckedContent, CheckedText } from '../../../guardrails/guardrail.ts'
import type { Block, InferenceEvent } from '../../../inference/index.ts'
import { collect } from '../../../inference/index.ts'
import type { JsonObject } from '../../../protocols/protocol.ts'
import { answerTexts, replaceTexts, requestTexts, type TextSlot } from '../../../protocols/text-slots.ts'

export interface BodyContent extends CheckedContent {
  readonly json: JsonObject
}

export interface EventContent extends CheckedContent {
  readonly events: readonly InferenceEvent[]
}

export function requestContent(json: JsonObject): BodyContent {
  return bodyContent(json, requestTexts)
}

export function answerContent(json: JsonObject): BodyContent {
  return bodyContent(json, answerTexts)
}

function bodyContent(json: JsonObject, find: (json: JsonObject) => readonly TextSlot[]): BodyContent {
  const slots = find(json)
  return {
    json,
    slots,
    withTexts(texts) {
      for (const [at, text] of texts) if (slots[at]?.kind === 'tool-call') refuseBroken(text)
      return bodyContent(replaceTexts(json, slots, texts), find)
    },
    withJson: (other) => bodyContent(other, find),
  }
}

/** One slot for each block of text, thinking or arguments; it has no body that could be replaced. */
export function eventContent(events: readonly InferenceEvent[]): EventContent {
  const starts = events.flatMap((event) =>
    event.type === 'block-start' ? [{ index: event.index, kind: readKind(event.block) }] : [],
  )
  const blocks = collect(events).blocks.flatMap(({ text }, at) => {
    const { index = -1, kind } = starts[at] ?? {}
    return kind === undefined ? [] : [{ index, kind, text }]
  })
  return {
    events,
    slots: blocks.map(({ kind, text }) => answerSlot(kind, text)),
    withTexts: (changed) =>
      eventContent(withBlocks(events, new Map([...changed].map(([at, text]) => [blocks[at]?.index ?? -1, text])))),
  }
}

/** Blocks of a stream as far as they are judged. */
export function slotContent(slots: readonly CheckedText[]): CheckedContent {
  return {
    slots,
    withTexts: (texts) => slotContent(slots.map((slot, at) => ({ ...slot, text: texts.get(at) ?? slot.text }))),
  }
}

export type AnswerKind = NonNullable<CheckedText['kind']> | 'said'

/** undefined = nothing that could be read. */
export function readKind(block: Block): AnswerKind | undefined {
  if (block.type === 'other') return undefined
  return block.type === 'text' || block.type === 'refusal' ? 'said' : block.type
}

export function answerSlot(kind: AnswerKind, text: string): CheckedText {
  return { text, role: 'assistant', isLast: true, ...(kind === 'said' ? {} : { kind }) }
}

/** A changed block comes as one delta, right after its start; thinking loses the signature of what it was. */
function withBlocks(events: readonly InferenceEvent[], texts: ReadonlyMap<number, string>): readonly InferenceEvent[] {
  const isCall = new Set<number>()
  return events.flatMap((event) => {
    const text = 'index' in event ? texts.get(event.index) : undefined
    if (text === undefined) return [event]
    if (event.type === 'block-start') {
      if (event.block.type === 'tool-call') {
        refuseBroken(text)
        isCall.add(event.index)
      }
      return [event, { type: 'block-delta', index: event.index, text }]
    }
    if (event.type === 'block-delta') return []
    return event.type === 'block-end' && !isCall.has(event.index) ? [withoutSignature(event)] : [event]
  })
}

type BlockEnd = Extract<InferenceEvent, { type: 'block-end' }>

/** It signs words that were replaced. */
export function withoutSignature({ signature: _, ...event }: BlockEnd): BlockEnd {
  return event
}

/** Arguments that a check has changed have to be JSON still. Throws `guardrail_denied`. */
export function refuseBroken(changed: string): void {
  try {
    JSON.parse(changed)
  } catch (cause) {
    throw new GatewayError(
      'guardrail_denied',
      'what a guardrail replaced in the arguments of a tool call leaves no JSON, so the answer is not sent',
      { isRetryable: false, deniedHook: 'output' },
      cause,
    )
  }
}
