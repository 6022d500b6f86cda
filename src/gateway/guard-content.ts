/** Requests and answers as guardrails see them: texts in their places, and what goes on when some were replaced. */
import type { Content } from '../guardrails/guardrail.ts'
import type { InferenceEvent } from '../inference/index.ts'
import { collect } from '../inference/index.ts'
import type { JsonObject } from '../protocols/protocol.ts'
import { answerTexts, replaceTexts, requestTexts, type TextSlot } from '../protocols/text-slots.ts'

export interface BodyContent extends Content {
  readonly json: JsonObject
}

export interface EventContent extends Content {
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
    withTexts: (texts) => bodyContent(replaceTexts(json, slots, texts), find),
    withJson: (other) => bodyContent(other, find),
  }
}

/** One slot for each block of text; it has no body that could be replaced. */
export function eventContent(events: readonly InferenceEvent[]): EventContent {
  const indexes = events.flatMap((event) =>
    event.type === 'block-start' && event.block.type === 'text' ? [event.index] : [],
  )
  const texts = collect(events).blocks.flatMap(({ block, text }) => (block.type === 'text' ? [text] : []))
  return {
    events,
    slots: texts.map((text) => ({ text, role: 'assistant', isLast: true })),
    withTexts: (changed) =>
      eventContent(withBlocks(events, new Map([...changed].map(([at, text]) => [indexes[at] ?? -1, text])))),
  }
}

/** A changed block comes as one delta, right after its start. */
function withBlocks(events: readonly InferenceEvent[], texts: ReadonlyMap<number, string>): readonly InferenceEvent[] {
  return events.flatMap((event) => {
    const text = 'index' in event ? texts.get(event.index) : undefined
    if (text === undefined) return [event]
    if (event.type === 'block-start') return [event, { type: 'block-delta', index: event.index, text }]
    return event.type === 'block-delta' ? [] : [event]
  })
}
