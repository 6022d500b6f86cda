/** Writes an answer that is there as a whole into a sink. */
import type { Sink } from '../gateway/ports.ts'

interface WholeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Resolves when the client has its last byte. */
export async function writeWholeAnswer({ status, headers, body }: WholeAnswer, sink: Sink): Promise<void> {
  sink.begin(status, headers)
  await sink.write(body)
  await sink.end()
}
