/** Writes what was heard, for texts that a guardrail has changed and for streams of providers that answered whole. */
import { collect, type InferenceEvent, mergeUsage, type Usage } from '../../inference/index.ts'
import { present } from '../fields.ts'
import { interrupted } from '../openai-chat/errors.ts'
import type { ClientHalf, StreamWriter } from '../protocol.ts'
import { writeUsage } from './usage.ts'

/** Throws the error that the events end with, and `upstream_interrupted` when they have no ending. */
export const writeTranscript: ClientHalf['writeAnswer'] = (events) => {
  const { blocks, finish, usage, error } = collect(events)
  if (error) throw error
  if (!finish) throw interrupted("the provider's answer has no ending; it is not whole")
  const text = blocks.map((block) => block.text).join('')
  return { text: JSON.stringify(present({ text, usage: usage && writeUsage(usage) })), warnings: [] }
}

export class TranscriptWriter implements StreamWriter {
  readonly warnings = []
  private text = ''
  private usage: Usage | undefined

  push(event: InferenceEvent): string {
    if (event.type === 'usage') this.usage = mergeUsage(this.usage, event.usage)
    if (event.type === 'block-delta') {
      this.text += event.text
      return frame({ type: 'transcript.text.delta', delta: event.text })
    }
    if (event.type !== 'response-end') return ''
    const usage = this.usage && writeUsage(this.usage)
    return frame(present({ type: 'transcript.text.done', text: this.text, usage }))
  }
}

function frame(body: object): string {
  return `data: ${JSON.stringify(body)}\n\n`
}
