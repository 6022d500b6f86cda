/** What providers themselves say they have, remembered for a while: asked for beside the request that wants it, waited for only the first time. */
import type { ListedModel } from '../pricing/price.ts'

interface Kept {
  readonly models: readonly ListedModel[] | undefined
  readonly staleAtMs: number
}

/** A list that was had is good for this long; where there was none, it is asked for again sooner. */
const freshForMs = { found: 10 * 60_000, missing: 60_000 }
const rememberedAtMost = 500

export class ModelLists {
  readonly #kept = new Map<string, Kept>()
  readonly #underWay = new Map<string, Promise<readonly ListedModel[] | undefined>>()

  /** The list behind a name; undefined = the provider gave none. An old one is given at once while `load` fetches the next. `load` never rejects. */
  async read(
    name: string,
    nowMs: number,
    load: () => Promise<readonly ListedModel[] | undefined>,
  ): Promise<readonly ListedModel[] | undefined> {
    const kept = this.#kept.get(name)
    if (kept !== undefined && nowMs < kept.staleAtMs) return kept.models
    const loading = this.#underWay.get(name) ?? this.#load(name, nowMs, load)
    return kept?.models ?? loading
  }

  #load(
    name: string,
    nowMs: number,
    load: () => Promise<readonly ListedModel[] | undefined>,
  ): Promise<readonly ListedModel[] | undefined> {
    const loading = load().then((models) => {
      this.#underWay.delete(name)
      const last = models ?? this.#kept.get(name)?.models
      if (this.#kept.size >= rememberedAtMost) this.#kept.clear()
      this.#kept.set(name, { models: last, staleAtMs: nowMs + freshForMs[models === undefined ? 'missing' : 'found'] })
      return last
    })
    this.#underWay.set(name, loading)
    return loading
  }
}
