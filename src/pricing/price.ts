/** What a model costs, and the cost of a usage, in integer nano-dollars. */
import type { Awaitable } from '../awaitable.ts'
import type { Units, Usage } from '../inference/index.ts'

export interface PriceQuery {
  /** Id of the AI provider in the price list. */
  readonly priceListId: string
  readonly model: string
  /** The model's own `pricing_config` in the integration, which wins over the list. */
  readonly pricingConfig?: Readonly<Record<string, unknown>> | null
  /** In the same form, what the provider publishes where the list has nothing. */
  readonly listedConfig?: Readonly<Record<string, unknown>>
  /** Cents for a search of the web that the provider makes itself, where list and configuration have no price of it. */
  readonly searchCents?: number
  /** The integration's `pricing_adjustments`. */
  readonly adjustments?: Readonly<Record<string, unknown>>
  readonly atMs: number
}

/** One model's price, ready to be asked. */
export interface ModelPrice {
  /** Exact cost, summed in full precision and rounded up once, in nano-dollars. Unknown parts of the usage count as none. */
  costNanos(usage: Usage): number
  /** The most that this many tokens and units can cost: dearest tier, no cache discount, cache-write surcharge included. */
  worstNanos(most: { readonly input: number; readonly output: number; readonly units?: Units }): number
  /** Says the price anything of a call that uses these? One of seconds or pictures alone is none of tokens, and the other way round. */
  covers(used: { readonly input: number; readonly output: number; readonly units?: Units }): boolean
  /** Tokens that the model takes at most, by the price list; absent = not known. */
  readonly contextWindow?: number
  /** Which searches that a provider makes itself have a price. */
  readonly searches: { readonly web: boolean; readonly storage: boolean }
}

/** A model as the price list knows it. */
export interface ListedModel {
  readonly id: string
  readonly name?: string
  readonly contextWindow?: number
}

export interface PriceList {
  /** undefined = the model has no price. Loads the list on first use. */
  find(query: PriceQuery): Awaitable<ModelPrice | undefined>
  models(priceListId: string): Promise<readonly ListedModel[]>
}
