/** The price list over @pydantic/genai-prices, whose data is loaded when first asked for. */
import type { ModelInfo } from '@pydantic/genai-prices'
import { type Awaitable, isPending } from '../awaitable.ts'
import type { ListedModel, ModelPrice, PriceList, PriceQuery } from './price.ts'
import { costNanos, coversUse, maxCostNanos, type Rates } from './rates.ts'
import { adjustRates, freeRates, ratesOfConfig, ratesOfList, withToolPrices } from './sheet.ts'

type Library = typeof import('@pydantic/genai-prices')

/** A look-up takes up to 0.2 ms among OpenRouter's 701 models (2026-11, Node 24), and each request asks twice. Prices turn at whole minutes. */
const minuteMs = 60_000
const rememberedAtMost = 1_000

/** 830 KB of data: kept out of every bundle that a request always loads. */
async function loadLibrary(): Promise<Library> {
  return import('@pydantic/genai-prices')
}

export interface Preloadable {
  /** Loads the list now, so that nobody waits for it later. Never rejects: the first who asks is told. */
  prepare(): Promise<void>
}

/** `load` is for tests. */
export function createPriceList(load: () => Promise<Library> = loadLibrary): PriceList & Preloadable {
  let library: Promise<Library> | undefined
  const open = () => {
    library ??= load().catch((error: unknown) => {
      library = undefined
      throw error
    })
    return library
  }

  const remembered = new Map<string, Listed | undefined>()
  const look = ({ priceListId, model, atMs }: PriceQuery): Awaitable<Listed | undefined> => {
    const minute = Math.floor(atMs / minuteMs)
    const key = `${priceListId} ${minute} ${model}`
    if (remembered.has(key)) return remembered.get(key)
    return open().then((found) => {
      const listed = listedPrice(found, { priceListId, model, atMs: minute * minuteMs })
      if (remembered.size >= rememberedAtMost) remembered.clear()
      remembered.set(key, listed)
      return listed
    })
  }

  return {
    async prepare() {
      await open().catch(() => {})
    },
    find(query) {
      const own = ratesOfConfig(query.pricingConfig)
      const listed = own === undefined ? look(query) : undefined
      return isPending(listed) ? listed.then((found) => priceOf(query, own, found)) : priceOf(query, own, listed)
    },
    async models(priceListId) {
      const { findProvider } = await open()
      return (findProvider({ providerId: priceListId })?.models ?? [])
        .filter((model) => !model.deprecated)
        .map(toListed)
    },
  }
}

function priceOf(query: PriceQuery, own: Rates | undefined, listed: Listed | undefined): ModelPrice | undefined {
  const rates = own ?? listed?.rates ?? ratesOfConfig(query.listedConfig)
  const adjusted =
    rates && adjustRates(withToolPrices(rates, query.pricingConfig, query.searchCents), query.adjustments)
  return adjusted && toPrice(adjusted, listed?.contextWindow)
}

/** An empty sheet stands for what is free, but also for what the library has no figures of: only the name tells. */
const freeName = /:free$|moderation/

interface Listed {
  readonly rates: Rates | undefined
  readonly contextWindow?: number
}

/** The library matches names (dates, aliases) and picks the sheet that is in force at that instant. */
function listedPrice({ calcPrice }: Library, { priceListId, model, atMs }: PriceQuery): Listed | undefined {
  const options = { providerId: priceListId, timestamp: new Date(atMs) }
  const names = model.startsWith('models/') ? [model, model.slice('models/'.length)] : [model]
  for (const name of names) {
    const found = calcPrice({}, name, options)
    if (found === null) continue
    const isFree = Object.keys(found.model_price).length === 0 && freeName.test(name)
    const { context_window: contextWindow } = found.model
    const rates = isFree ? freeRates : ratesOfList(found.model_price)
    return { rates, ...(contextWindow === undefined ? {} : { contextWindow }) }
  }
  return undefined
}

function toPrice(rates: Rates, contextWindow: number | undefined): ModelPrice {
  return {
    costNanos: (usage) => costNanos(rates, usage),
    worstNanos: (tokens) => maxCostNanos(rates, tokens),
    covers: (used) => coversUse(rates, used),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    searches: { web: rates.units?.webSearch !== undefined, storage: rates.units?.storageSearch !== undefined },
  }
}

function toListed({ id, name, context_window: contextWindow }: ModelInfo): ListedModel {
  return { id, ...(name ? { name } : {}), ...(contextWindow === undefined ? {} : { contextWindow }) }
}
