/** The way back to the client for one request: remembers whether it has begun and keeps a bounded copy for the log. */
import type { Ambient } from '../../ambient.ts'
import type { Sink } from '../ports.ts'

/** More than this of an answer is not kept. */
const keptBytes = 1024 * 1024

export class Reply {
  status = 0
  headers: Readonly<Record<string, string>> = {}
  hasBegun = false
  hasEnded = false
  isCut = false
  /** Of everything the client was sent. */
  byteLength = 0
  firstByteAtMs: number | undefined
  readonly #sink: Sink
  readonly #ambient: Ambient
  readonly #kept: Uint8Array[] = []
  #keptLength = 0

  constructor(sink: Sink, ambient: Ambient) {
    this.#sink = sink
    this.#ambient = ambient
  }

  /** The commit: status and headers are fixed from here on. */
  begin(status: number, headers: Readonly<Record<string, string>>): void {
    this.hasBegun = true
    this.status = status
    this.headers = headers
    this.#sink.begin(status, headers)
  }

  /** undefined = more may be written at once. */
  write(chunk: Uint8Array | string): Promise<void> | undefined {
    if (chunk.length === 0 || this.hasEnded) return undefined
    this.firstByteAtMs ??= this.#ambient.now()
    this.#keep(chunk)
    return this.#sink.write(chunk)
  }

  end(): Promise<void> {
    if (this.hasEnded) return Promise.resolve()
    this.hasEnded = true
    return this.#sink.end()
  }

  /** In place of `end`, after the commit: the client sees that its answer is not whole. */
  abort(): void {
    if (this.hasEnded) return
    this.hasEnded = true
    this.#sink.abort()
  }

  /** What the client was sent, up to the bound. */
  kept(): Uint8Array {
    return Buffer.concat(this.#kept)
  }

  #keep(chunk: Uint8Array | string): void {
    this.byteLength += Buffer.byteLength(chunk)
    if (this.#keptLength >= keptBytes) {
      this.isCut = true
      return
    }
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    this.#kept.push(bytes)
    this.#keptLength += bytes.length
  }
}
