/** Gives an answer's tools the names that the client knows, and makes text of the tool that stood for a form of the answer. */
import type { InferenceEvent } from '../../inference/index.ts'
import type { Protocol, Restoration, StreamReader } from '../protocol.ts'

/** The wire as it is, its answers with the names restored. `find` is asked when an answer begins; undefined = nothing to undo. */
export function restoringProtocol(protocol: Protocol, find: () => Restoration | undefined): Protocol {
  const { upstream } = protocol
  return {
    ...protocol,
    upstream: {
      ...upstream,
      readAnswer(body, model) {
        const restoration = find()
        const events = upstream.readAnswer(body, model)
        if (restoration === undefined) return events
        const restorer = new AnswerRestorer(restoration)
        return events.map((event) => restorer.restore(event))
      },
      openStream(model) {
        const restoration = find()
        const reader = upstream.openStream(model)
        return restoration === undefined ? reader : restoringReader(reader, new AnswerRestorer(restoration))
      },
    },
  }
}

function restoringReader(reader: StreamReader, restorer: AnswerRestorer): StreamReader {
  return {
    push: (frame) => reader.push(frame).map((event) => restorer.restore(event)),
    end: () => reader.end().map((event) => restorer.restore(event)),
  }
}

class AnswerRestorer {
  readonly #restoration: Restoration
  readonly #answers = new Set<number>()
  #hasCalls = false

  constructor(restoration: Restoration) {
    this.#restoration = restoration
  }

  restore(event: InferenceEvent): InferenceEvent {
    if (event.type === 'block-start') return this.#restoreStart(event)
    if (event.type === 'block-end' && this.#answers.has(event.index)) return { type: 'block-end', index: event.index }
    if (event.type !== 'response-end' || this.#answers.size === 0 || this.#hasCalls) return event
    const { finish } = event
    return finish.reason === 'tool-calls' ? { ...event, finish: { reason: 'stop' } } : event
  }

  #restoreStart(event: Extract<InferenceEvent, { type: 'block-start' }>): InferenceEvent {
    const { block, index } = event
    if (block.type !== 'tool-call') return event
    const { toolNames, formatTool } = this.#restoration
    if (block.name === formatTool) {
      this.#answers.add(index)
      return { type: 'block-start', index, block: { type: 'text' } }
    }
    this.#hasCalls = true
    const name = toolNames.get(block.name)
    return name === undefined ? event : { ...event, block: { ...block, name } }
  }
}
