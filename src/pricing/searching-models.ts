/** Models that search the web on every call, whether or not the request names a tool. */
import type { HostedTools } from './hosted-tools.ts'

interface SearchingModel {
  readonly model: RegExp
  /** Searches of one call, at most. */
  readonly most: number
  /** One search is made whatever the answer says of it. */
  readonly isCertain: boolean
}

/**
 * OpenAI's search models are billed per call (platform.openai.com/docs/pricing, "web search", 2026-11). Perplexity's
 * deep research makes dozens of searches a call and tells their number (docs.perplexity.ai, "pricing", 2026-11).
 */
const searchingModels: readonly SearchingModel[] = [
  { model: /gpt-[\w.-]*-search-(?:preview|api)/, most: 1, isCertain: true },
  { model: /sonar-deep-research/, most: 100, isCertain: false },
]

/** Undefined = such a model searches only when it is asked to. */
export function searchesOfModel(model: string): HostedTools | undefined {
  const found = searchingModels.find((each) => each.model.test(model))
  if (found === undefined) return undefined
  const { most, isCertain } = found
  return { names: ['web_search'], webSearches: most, storageSearches: 0, isSearchCertain: isCertain, untold: [] }
}
