/** Reads a provider's bytes one chunk at a time and notices silence without losing the read that is under way. */
import type { Ambient } from '../../ambient.ts'
import type { SentResponse } from './patience.ts'

export type ReadResult =
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  | { readonly type: 'silence' }
  | { readonly type: 'end' }
  | { readonly type: 'broken'; readonly cause: unknown; readonly isSilent?: true }

export interface ChunkFeedOptions {
  /** The first chunk need not say anything: whoever reads it tells with `noteContent`. */
  readonly isFramed: boolean
}

export class ChunkFeed {
  readonly #iterator: AsyncIterator<Uint8Array>
  readonly #ambient: Ambient
  readonly #patience: SentResponse['patience']
  readonly #isFramed: boolean
  #hasContent = false
  #pending: Promise<ReadResult> | undefined
  /** When the read that is under way began. */
  #sinceMs = 0

  constructor(
    response: Pick<SentResponse, 'body' | 'patience'>,
    ambient: Ambient,
    options: ChunkFeedOptions = { isFramed: false },
  ) {
    this.#iterator = response.body[Symbol.asyncIterator]()
    this.#ambient = ambient
    this.#patience = response.patience
    this.#isFramed = options.isFramed
  }

  /**
   * The next chunk, or `silence` when none came for that long; the read then goes on and the next call awaits it.
   * `broken` with `isSilent` when the answer was silent for longer than it may be.
   */
  next(silenceMs: number): Promise<ReadResult> {
    if (this.#pending === undefined) {
      this.#sinceMs = this.#ambient.now()
      this.#pending = this.#read()
    }
    const pending = this.#pending
    const leftMs = this.#leftMs()
    return new Promise((resolve) => {
      const cancel = this.#ambient.schedule(Math.max(0, Math.min(silenceMs, leftMs)), () =>
        resolve(leftMs <= silenceMs ? this.#giveUp() : { type: 'silence' }),
      )
      void pending.then((fed) => {
        cancel()
        if (this.#pending === pending) this.#pending = undefined
        if (!this.#isFramed) this.#hasContent = true
        resolve(fed)
      })
    })
  }

  /** From here on the silence between pieces counts. */
  noteContent(): void {
    this.#hasContent = true
  }

  /** Stops reading. Not waited for: a read that is under way ends when the connection is given up. */
  close(): void {
    const ignore = () => {}
    this.#iterator.return?.().then(ignore, ignore)
  }

  #leftMs(): number {
    if (this.#patience === undefined) return Number.POSITIVE_INFINITY
    const { contentDueAtMs, idleMs } = this.#patience
    return (this.#hasContent ? this.#sinceMs + idleMs : contentDueAtMs) - this.#ambient.now()
  }

  #giveUp(): ReadResult {
    const cause = this.#patience?.giveUp(this.#hasContent ? 'idle' : 'first_content')
    return { type: 'broken', cause, isSilent: true }
  }

  #read(): Promise<ReadResult> {
    return this.#iterator.next().then(
      (result): ReadResult => (result.done === true ? { type: 'end' } : { type: 'chunk', bytes: result.value }),
      (cause): ReadResult => ({ type: 'broken', cause }),
    )
  }
}
