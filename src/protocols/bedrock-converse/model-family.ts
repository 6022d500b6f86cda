/** What a model's id says of its maker, since this wire leaves some settings to each model's own words. */

export type ModelFamily = 'claude' | 'nova' | 'nova-2' | 'gpt-oss' | 'command' | 'other' | 'unknown'

const patterns: readonly (readonly [RegExp, ModelFamily])[] = [
  [/anthropic\.|claude/, 'claude'],
  [/amazon\.nova-2/, 'nova-2'],
  [/amazon\.nova/, 'nova'],
  [/openai\.gpt-oss/, 'gpt-oss'],
  [/cohere\.command/, 'command'],
]

/** `us.anthropic.…`, `global.…` and the ids of inference profiles name their model; an ARN of one's own profile does not. */
export function familyOf(model: string): ModelFamily {
  const name = model.toLowerCase()
  const found = patterns.find(([pattern]) => pattern.test(name))
  if (found) return found[1]
  return name.startsWith('arn:') ? 'unknown' : 'other'
}

/** May the prompt be marked for caching? A model that cannot refuses the whole request. */
export function takesCachePoints(family: ModelFamily): boolean {
  return family === 'claude' || family === 'nova' || family === 'nova-2' || family === 'unknown'
}

/** Does the model sign its reasoning, so that it takes it back? */
export function takesReasoning(family: ModelFamily): boolean {
  return family === 'claude' || family === 'unknown'
}

export function takesToolCachePoints(family: ModelFamily): boolean {
  return family === 'claude' || family === 'unknown'
}

/** OpenAI's models report cache reads and writes inside `inputTokens` as well (maximhq/bifrost#6942). */
export function countsCacheAsInput(model: string): boolean {
  return /(?:^|[./])openai\./.test(model.toLowerCase())
}
