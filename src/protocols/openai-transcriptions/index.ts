/** OpenAI's transcription endpoint: audio in, as a form; its words out, as JSON, plain text, subtitles or a stream. */
import { nativeProtocol } from '../native.ts'
import type { ClientProtocol, NativeProtocolId } from '../protocol.ts'
import { peekTranscription } from './peek.ts'
import { openTranscriptReader, readTranscript } from './read.ts'
import { usageOf } from './usage.ts'
import { TranscriptWriter, writeTranscript } from './write.ts'

/** Translations into English are asked for and answered the same way. */
export function hearing(id: NativeProtocolId, name: string): ClientProtocol {
  return nativeProtocol({
    id,
    endpoint: { name, answersText: true, takes: 'form', answersBytes: true },
    peek: peekTranscription,
    readUsage: (body) => usageOf(body) ?? {},
    client: { writeAnswer: writeTranscript, openStream: () => new TranscriptWriter() },
    upstream: { readAnswer: readTranscript, openStream: openTranscriptReader },
  })
}

export const openaiTranscriptions = hearing('openai-transcriptions', 'transcriptions')
