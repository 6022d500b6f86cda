/** Precision and recall of what is found, by category. */

import { scoreInjection } from '../../src/guardrails/injection/score.ts'
import { type PiiCategory, piiCategories, structuredCategories } from '../../src/guardrails/pii/categories.ts'
import { findPersonalData } from '../../src/guardrails/pii/find.ts'
import type { InjectionSample, PiiSample } from './sample.ts'

export interface Figures {
  readonly found: number
  readonly missed: number
  /** Found where nothing, or something else, was. */
  readonly wrong: number
  readonly precision: number
  readonly recall: number
}

export interface Mistake {
  readonly text: string
  readonly what: string
}

function figures(found: number, missed: number, wrong: number): Figures {
  const share = (part: number, rest: number) =>
    part + rest === 0 ? 1 : Math.round((part / (part + rest)) * 10_000) / 10_000
  return { found, missed, wrong, precision: share(found, wrong), recall: share(found, missed) }
}

const structured: ReadonlySet<PiiCategory> = new Set(structuredCategories)

/** A form has to be covered whole; of a name or an address, more than half. */
function covers(category: PiiCategory, value: string, found: string): boolean {
  if (found.includes(value)) return true
  return !structured.has(category) && value.includes(found) && found.length * 2 > value.length
}

export async function measurePii(samples: readonly PiiSample[]) {
  const counts = new Map(piiCategories.map((category) => [category, { found: 0, missed: 0, wrong: 0 }]))
  const mistakes: Mistake[] = []
  for (const { text, labels } of samples) {
    const left = [...(await findPersonalData(text, { categories: piiCategories }))]
    for (const { category, value } of labels) {
      const at = left.findIndex((each) => each.category === category && covers(category, value, each.text))
      const count = counts.get(category)
      if (at === -1) mistakes.push({ text, what: `missed ${category} ${value}` })
      else left.splice(at, 1)
      if (count !== undefined) count[at === -1 ? 'missed' : 'found'] += 1
    }
    for (const { category, text: value } of left) {
      mistakes.push({ text, what: `wrong ${category} ${value}` })
      const count = counts.get(category)
      if (count !== undefined) count.wrong += 1
    }
  }
  const sum = (categories: readonly PiiCategory[]) => {
    const total = { found: 0, missed: 0, wrong: 0 }
    for (const category of categories)
      for (const key of ['found', 'missed', 'wrong'] as const) total[key] += counts.get(category)?.[key] ?? 0
    return figures(total.found, total.missed, total.wrong)
  }
  return {
    samples: samples.length,
    labels: samples.reduce((total, { labels }) => total + labels.length, 0),
    structured: sum(structuredCategories),
    byCategory: Object.fromEntries(piiCategories.map((category) => [category, sum([category])])),
    mistakes,
  }
}

export async function measureInjections(samples: readonly InjectionSample[], threshold: number) {
  const mistakes: Mistake[] = []
  const total = { found: 0, missed: 0, wrong: 0 }
  const families: Record<string, { found: number; missed: number }> = {}
  for (const { text, isAttack, family } of samples) {
    const { score, families: known } = await scoreInjection(text)
    const isFound = score >= threshold
    const key = isAttack ? (isFound ? 'found' : 'missed') : isFound ? 'wrong' : undefined
    if (key === undefined) continue
    total[key] += 1
    if (key !== 'found') mistakes.push({ text, what: `${key} (${family}) ${score} ${known.join(', ')}` })
    if (key === 'wrong') continue
    families[family] ??= { found: 0, missed: 0 }
    families[family][key] += 1
  }
  const attacks = samples.filter(({ isAttack }) => isAttack).length
  return {
    attacks,
    benign: samples.length - attacks,
    threshold,
    ...figures(total.found, total.missed, total.wrong),
    families,
    mistakes,
  }
}
