/** Identical requests of one instance: the first asks the provider, the others wait for its answer. */
import type { CacheEntry } from './entry.ts'

/** What the request that asks the provider does for those that wait. Each counts once. */
export interface Leader {
  /** Gives them the answer; undefined = there is none to share, and nobody else waits. */
  share(entry: CacheEntry | undefined): void
  /** The answer is stored, or will not be: later requests look there. */
  release(): void
}

export const noFollowers: Leader = { share() {}, release() {} }

export class InFlightRequests {
  readonly #pending = new Map<string, Promise<CacheEntry | undefined>>()

  /** What another request is fetching; undefined = nobody is. It gives undefined when there is no answer to share, and never rejects. */
  find(key: string): Promise<CacheEntry | undefined> | undefined {
    return this.#pending.get(key)
  }

  /** From now on others wait. */
  start(key: string): Leader {
    const { promise, resolve } = Promise.withResolvers<CacheEntry | undefined>()
    this.#pending.set(key, promise)
    const release = () => {
      if (this.#pending.get(key) === promise) this.#pending.delete(key)
      resolve(undefined)
    }
    return {
      release,
      share(entry) {
        if (entry === undefined) release()
        else resolve(entry)
      },
    }
  }
}
