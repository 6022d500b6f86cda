/** Whole answers: a provider's read as events, events written as a client's. */
import type { InferenceEvent, Warning } from '../../inference/index.ts'
import type { JsonObject, WriteAnswerOptions } from '../protocol.ts'
import { interrupted, isErrorBody, notThisWire, readErrorBody } from './errors.ts'
import { ResponsesStreamReader } from './stream.ts'
import { ResponsesStreamWriter } from './stream-write.ts'

export function readAnswer(body: JsonObject): readonly InferenceEvent[] {
  if (!Array.isArray(body.output)) {
    if (isErrorBody(body)) return [{ type: 'error', error: readErrorBody(body) }]
    throw notThisWire('it has no output', body)
  }
  return new ResponsesStreamReader().readWhole(body)
}

/** The last event of a stream is the whole answer. Throws the error that the events end with, and `upstream_interrupted` when they have no ending. */
export function writeAnswer(
  events: readonly InferenceEvent[],
  options: WriteAnswerOptions,
): { readonly text: string; readonly warnings: readonly Warning[] } {
  const writer = new ResponsesStreamWriter(options)
  for (const event of events) {
    if (event.type === 'error') throw event.error
    writer.push(event)
  }
  if (!writer.isDone) throw interrupted("the provider's answer has no ending; it is not whole")
  return { text: writer.whole(), warnings: writer.warnings }
}
