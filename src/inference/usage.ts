/** Tokens as the provider counted them, normalised once: no number stands for two things. */

/** What is not counted in tokens. */
export interface Units {
  /** Pictures made, with what sets their price. */
  readonly images?: { readonly count: number; readonly size?: string; readonly quality?: string }
  /** Characters of text to be spoken. */
  readonly characters?: number
  /** Seconds of audio heard or made; may be a fraction. */
  readonly audioSeconds?: number
  /** Search units of a rerank. */
  readonly searches?: number
  /** Searches of the web that the provider made itself while it answered. */
  readonly webSearches?: number
  /** Searches of files that the provider keeps, made the same way. */
  readonly storageSearches?: number
}

/** `undefined` means the provider did not say; it is never 0 by default. */
export interface Usage extends Units {
  /** Prompt tokens that were neither read from nor written to a cache. */
  readonly inputUncached?: number
  readonly inputCacheRead?: number
  readonly inputCacheWrite5m?: number
  readonly inputCacheWrite1h?: number
  /** The audio part of inputUncached. */
  readonly inputAudio?: number
  /** The image part of inputUncached. */
  readonly inputImage?: number
  /** All generated tokens, reasoning included. */
  readonly output?: number
  /** The reasoning part of output. */
  readonly outputReasoning?: number
  readonly outputAudio?: number
  readonly outputImage?: number
  /** The provider's own object. */
  readonly raw?: unknown
}

/** Prompt tokens of every kind; undefined when none is known. */
export function totalInput(usage: Usage): number | undefined {
  return sum(usage.inputUncached, usage.inputCacheRead, usage.inputCacheWrite5m, usage.inputCacheWrite1h)
}

/** Prompt and generated tokens; undefined when neither is known. */
export function totalTokens(usage: Usage): number | undefined {
  return sum(totalInput(usage), usage.output)
}

/** Later figures replace earlier ones, field by field: streams report in pieces. What was generated never becomes less. */
export function mergeUsage(before: Usage | undefined, after: Usage): Usage {
  const merged = { ...before, ...after }
  if (before?.output === undefined || after.output === undefined || after.output >= before.output) return merged
  return { ...merged, output: before.output }
}

/** What two calls have used together. The provider's own object is of neither. */
export function addUsage({ raw: _, ...before }: Usage, { raw: __, ...after }: Usage): Usage {
  const counts = Object.entries(after).map(([field, value]) => {
    const earlier = before[field as keyof typeof before]
    return [field, typeof value === 'number' && typeof earlier === 'number' ? earlier + value : value]
  })
  return { ...before, ...Object.fromEntries(counts) }
}

function sum(...parts: (number | undefined)[]): number | undefined {
  const known = parts.filter((part) => part !== undefined)
  return known.length === 0 ? undefined : known.reduce((total, part) => total + part, 0)
}
