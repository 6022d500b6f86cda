/** Betas of Anthropic's as far as a provider knows them: one that it does not know is a 400 for the whole request. */
import type { Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'

/** As the header has them: several of one text, commas between. */
export function readBetas(header: string | undefined): readonly string[] {
  return (header ?? '').split(',').flatMap((beta) => (beta.trim() === '' ? [] : [beta.trim()]))
}

export function keepKnownBetas(
  asked: readonly string[],
  { betas }: Pick<ModelTraits, 'betas'>,
  warnings: Warning[],
): readonly string[] {
  if (betas === undefined) return asked
  const unknown = asked.filter((beta) => !betas.includes(beta))
  if (unknown.length > 0) {
    const reason = `this provider does not know ${unknown.join(', ')}`
    warnings.push({ type: 'dropped', field: 'anthropic-beta', reason })
  }
  return asked.filter((beta) => betas.includes(beta))
}
