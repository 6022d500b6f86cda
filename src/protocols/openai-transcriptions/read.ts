/** Reads what was heard, whole or as a stream. */
import type { InferenceEvent } from '../../inference/index.ts'
import { MediaReader, type MediaWire } from '../media-reader.ts'
import { notThis } from '../native.ts'
import { isErrorBody, readErrorBody } from '../openai-chat/errors.ts'
import type { JsonObject } from '../protocol.ts'
import { readUsage, usageOf } from './usage.ts'

const transcript: MediaWire = {
  what: 'transcript',
  isLast: (type) => type === 'transcript.text.done',
  readUsage,
  // the last event says all of it once more
  textOf({ type, delta, text }, isFirst) {
    const said = type === 'transcript.text.delta' ? delta : type === 'transcript.text.done' && isFirst ? text : ''
    return typeof said === 'string' ? said : ''
  },
}

export const openTranscriptReader = () => new MediaReader(transcript)

export function readTranscript(body: JsonObject): readonly InferenceEvent[] {
  const { text } = body
  if (typeof text !== 'string') {
    if (isErrorBody(body)) return [{ type: 'error', error: readErrorBody(body) }]
    throw notThis({ name: 'transcriptions' }, 'text', body)
  }
  const usage = usageOf(body)
  return [
    { type: 'response-start', id: '', model: '' },
    { type: 'block-start', index: 0, block: { type: 'text' } },
    { type: 'block-delta', index: 0, text },
    { type: 'block-end', index: 0 },
    ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
    { type: 'response-end', finish: { reason: 'stop' } },
  ]
}
