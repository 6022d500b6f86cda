/** Finds personal data in a text: what looks like it, once everything that only looks different is folded. Loaded when first needed. */
import { yieldIfLong } from '../yield-if-long.ts'
import { addressKinds } from './addresses.ts'
import { type PiiCategory, structuredCategories } from './categories.ts'
import { contactKinds } from './contacts.ts'
import { documentKinds } from './documents.ts'
import { foldText } from './fold.ts'
import { findMatches, type PersonalDataKind, type SearchHints, type TextRange } from './kind.ts'
import { nameKinds } from './names.ts'
import { nationalIdKinds } from './national-ids.ts'
import { numberKinds } from './numbers.ts'
import { secretKinds } from './secrets.ts'
import { vatKinds } from './vat-numbers.ts'

export interface Finding extends TextRange {
  readonly category: PiiCategory
  /** As it stands in the text. */
  readonly text: string
}

export interface Search {
  readonly categories: readonly PiiCategory[]
  /** ISO 3166 codes; absent = none. */
  readonly countries?: readonly string[]
}

/** Numbers looked up in one text at most (a look-up takes some 25 µs, measured 2026-11). */
const mostLookUps = 8_000

/** In the order in which they claim their place: what an earlier one found, a later one leaves alone. */
const kinds: readonly PersonalDataKind[] = [
  ...secretKinds,
  ...contactKinds.filter(({ category }) => category === 'EMAIL_ADDRESS'),
  ...numberKinds,
  ...vatKinds,
  ...documentKinds,
  ...nationalIdKinds,
  ...contactKinds.filter(({ category }) => category === 'PHONE_NUMBER'),
  ...addressKinds,
  ...nameKinds,
]

const structured: ReadonlySet<PiiCategory> = new Set(structuredCategories)

/** In the order of the text, never overlapping. Kinds that were not asked for still claim what is theirs: a card is no phone number. */
export async function findPersonalData(original: string, search: Search): Promise<readonly Finding[]> {
  const { categories, countries = [] } = search
  const { text, origin } = foldText(original)
  const hints: SearchHints = { countries, lookUpsLeft: mostLookUps }
  const taken = new Uint8Array(text.length)
  const found: Finding[] = []
  for (const kind of kinds) {
    const isWanted = categories.includes(kind.category)
    if (!isWanted && !structured.has(kind.category)) continue
    await yieldIfLong(text)
    for (const { start, end } of findMatches(text, kind, hints)) {
      if (taken.subarray(start, end).includes(1)) continue
      taken.fill(1, start, end)
      if (!isWanted) continue
      const place = { start: origin(start), end: origin(end) }
      found.push({ category: kind.category, ...place, text: original.slice(place.start, place.end) })
    }
  }
  return found.sort((left, right) => left.start - right.start)
}

/** One text after the other. */
export async function findPersonalDataInTexts(
  texts: readonly string[],
  search: Search,
): Promise<readonly (readonly Finding[])[]> {
  const found: (readonly Finding[])[] = []
  for (const text of texts) found.push(await findPersonalData(text, search))
  return found
}
