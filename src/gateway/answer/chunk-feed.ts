/** Reads a provider's bytes one chunk at a time and notices silence without losing the read that is under way. */
import type { Ambient } from '../../ambient.ts'

export type Fed =
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  | { readonly type: 'silence' }
  | { readonly type: 'end' }
  | { readonly type: 'broken'; readonly cause: unknown }

export class ChunkFeed {
  readonly #iterator: AsyncIterator<Uint8Array>
  readonly #ambient: Ambient
  #pending: Promise<Fed> | undefined

  constructor(body: AsyncIterable<Uint8Array>, ambient: Ambient) {
    this.#iterator = body[Symbol.asyncIterator]()
    this.#ambient = ambient
  }

  /** The next chunk, or `silence` when none came for that long; the read then goes on and the next call awaits it. */
  next(silenceMs: number): Promise<Fed> {
    this.#pending ??= this.#read()
    const pending = this.#pending
    return new Promise((resolve) => {
      const cancel = this.#ambient.schedule(silenceMs, () => resolve({ type: 'silence' }))
      void pending.then((fed) => {
        cancel()
        if (this.#pending === pending) this.#pending = undefined
        resolve(fed)
      })
    })
  }

  /** Stops reading. Not waited for: a read that is under way ends when the connection is given up. */
  close(): void {
    const ignore = () => {}
    this.#iterator.return?.().then(ignore, ignore)
  }

  #read(): Promise<Fed> {
    return this.#iterator.next().then(
      (result): Fed => (result.done === true ? { type: 'end' } : { type: 'chunk', bytes: result.value }),
      (cause): Fed => ({ type: 'broken', cause }),
    )
  }
}
