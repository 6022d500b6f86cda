/** Finds what is known of a model: its family's row by prefix, then the rows for its generation; else nothing is refused. */
import { anyTraits } from './defaults.ts'
import { plainName } from './plain-name.ts'
import { novaFamily } from './rows/amazon.ts'
import { claudeFamily } from './rows/anthropic.ts'
import { geminiFamily, gemmaFamily } from './rows/google.ts'
import { gptOssFamily, openaiFamily, openaiImageFamily } from './rows/openai.ts'
import { otherFamilies } from './rows/others.ts'
import type { Family, ModelTraits, TraitChanges, TraitRow } from './traits.ts'

export const families: readonly Family[] = [
  openaiImageFamily,
  openaiFamily,
  gptOssFamily,
  claudeFamily,
  geminiFamily,
  gemmaFamily,
  novaFamily,
  ...otherFamilies,
]

/** What applies to a model, and from where. */
export interface KnownModel {
  readonly name: string
  /** Absent = no family has such a name. */
  readonly family?: Family
  readonly rows: readonly TraitRow[]
}

export function findModel(model: string): KnownModel {
  const name = plainName(model)
  const family = families.find(({ pattern }) => pattern.test(name))
  if (family === undefined) return { name, rows: [] }
  return { name, family, rows: family.rows.filter(({ pattern }) => pattern.test(name)) }
}

const kept = new Map<string, ModelTraits>()
const mostKept = 2_000

/** `findTraits('us.anthropic.claude-opus-4-7').sampling.topP` is false. The same object for the same name. */
export function findTraits(model: string): ModelTraits {
  const known = kept.get(model)
  if (known !== undefined) return known
  const { family, rows } = findModel(model)
  const traits = [family, ...rows].reduce(
    (before, row) => (row === undefined ? before : changeTraits(before, row.traits)),
    anyTraits,
  )
  if (kept.size >= mostKept) kept.clear()
  kept.set(model, traits)
  return traits
}

/** Objects are merged member by member; lists and words replace. */
export function changeTraits(traits: ModelTraits, changes: TraitChanges): ModelTraits {
  const changed: Record<string, unknown> = { ...traits }
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) continue
    const before = changed[key]
    const isMerged = isPlain(value) && isPlain(before)
    changed[key] = isMerged ? { ...before, ...value } : value
  }
  return changed as unknown as ModelTraits
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RegExp)
}
