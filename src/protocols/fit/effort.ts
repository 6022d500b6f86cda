/** How much a model shall reason, in the words that it knows. */

import type { Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'

const ladder: readonly string[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** The nearest word of the model's own, the lower of two; undefined = the word is not known anywhere, or the model takes none. */
export function nearestEffort(
  effort: string,
  { efforts, effortAliases }: Pick<ModelTraits, 'efforts' | 'effortAliases'>,
): string | undefined {
  if (efforts === undefined) return effort
  if (efforts.includes(effort)) return effort
  const alias = effortAliases?.[effort]
  if (alias !== undefined) return alias
  const place = ladder.indexOf(effort)
  if (place === -1 || efforts.length === 0) return undefined
  const distance = (word: string) => Math.abs(ladder.indexOf(word) - place)
  return efforts.toSorted(
    (one, other) => distance(one) - distance(other) || ladder.indexOf(one) - ladder.indexOf(other),
  )[0]
}

/** The word to send; what becomes of the wish is told under `field`. */
export function fitEffort(
  effort: string,
  traits: ModelTraits,
  warnings: Warning[],
  field = 'reasoning_effort',
): string | undefined {
  const word = nearestEffort(effort, traits)
  if (word === effort) return word
  const reason =
    word !== undefined
      ? `this model has no '${effort}'; sent as '${word}'`
      : traits.efforts?.length === 0
        ? 'this model takes no effort'
        : `'${effort}' is not known here`
  warnings.push({ type: word === undefined ? 'dropped' : 'changed', field, reason })
  return word
}

/** Token budgets as the field's gateways divide them among the words. */
const effortOfBudget = [
  [1_024, 'low'],
  [8_192, 'medium'],
] as const

export function effortOfTokens(budgetTokens: number): string {
  return effortOfBudget.find(([most]) => budgetTokens <= most)?.[1] ?? 'high'
}
