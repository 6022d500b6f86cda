/** How the streams of each framing are asked for, known by, and cut into frames. */
import { AwsEventStreamReader } from '../../bytes/aws-event-stream.ts'
import { type RawFrame, SseReader } from '../../bytes/sse.ts'
import type { Framing } from '../../protocols/protocol.ts'

export interface FrameReader {
  push(chunk: Uint8Array): RawFrame[]
  end(): RawFrame[]
}

interface FramingRow {
  readonly contentType: string
  openReader(): FrameReader
}

export const framings: Readonly<Record<Framing, FramingRow>> = {
  sse: { contentType: 'text/event-stream', openReader: () => new SseReader() },
  'aws-event-stream': {
    contentType: 'application/vnd.amazon.eventstream',
    openReader: () => new AwsEventStreamReader(),
  },
}
