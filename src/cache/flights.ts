/** Identical requests of one instance: the first asks the provider, the others wait for its answer. */
import type { CacheEntry } from './entry.ts'

/** What the request that asks the provider does for those that wait. Each counts once. */
export interface Lead {
  /** Gives them the answer; undefined = there is none to share, and nobody else waits. */
  land(entry: CacheEntry | undefined): void
  /** The answer is stored, or will not be: later requests look there. */
  leave(): void
}

export const leadingNobody: Lead = { land() {}, leave() {} }

export class Flights {
  readonly #pending = new Map<string, Promise<CacheEntry | undefined>>()

  /** What another request is fetching; undefined = nobody is. It gives undefined when there is no answer to share, and never rejects. */
  underWay(key: string): Promise<CacheEntry | undefined> | undefined {
    return this.#pending.get(key)
  }

  /** From now on others wait. */
  lead(key: string): Lead {
    const { promise, resolve } = Promise.withResolvers<CacheEntry | undefined>()
    this.#pending.set(key, promise)
    const leave = () => {
      if (this.#pending.get(key) === promise) this.#pending.delete(key)
      resolve(undefined)
    }
    return {
      leave,
      land(entry) {
        if (entry === undefined) leave()
        else resolve(entry)
      },
    }
  }
}
