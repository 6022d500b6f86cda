/** How much a model can have generated without anybody seeing it: by the time that passed. */

/**
 * Tokens a second, of one answer. Medians that artificialanalysis.ai measured (2026-06): GPT-4o 131, Gemini 3 Flash
 * 200, Gemini 3.1 Flash-Lite 321, Mercury 2 732; on Cerebras 2,600. Taken higher, since single answers are faster
 * than a median.
 */
const usualTokensPerSecond = 1_000
const fastTokensPerSecond = 4_000
const fastHost = /cerebras|groq|sambanova|mercury/i

/** Generated at most in this time. */
export function maxGeneratedTokens(
  elapsedMs: number,
  names: { readonly model: string; readonly host: string },
): number {
  const isFast = fastHost.test(names.model) || fastHost.test(names.host)
  return Math.ceil((Math.max(0, elapsedMs) / 1_000) * (isFast ? fastTokensPerSecond : usualTokensPerSecond))
}

/** Models known to show everything that they generate; any other may think in silence. */
const showsAll =
  /gpt-(?:3\.5|4o|4\.1|4-|4$)|chatgpt-4o|claude-(?:2|3-(?:opus|sonnet|haiku)|3-5)|gemini-(?:1|2\.0)|mistral-(?:small|large|tiny)|command-r|text-embedding/i

export function mayHideReasoning(model: string): boolean {
  return !showsAll.test(model)
}
