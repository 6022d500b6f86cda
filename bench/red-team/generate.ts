/** Puts values into sentences: the same seed, the same set. Some numbers are written in other digits, or with invisible characters in them. */
import type { PiiCategory } from '../../src/guardrails/pii/categories.ts'
import { type Dice, dice, type Label, type PiiSample } from './sample.ts'
import { documents, type Make, nationalIds, values } from './values.ts'

export interface PiiTemplates {
  /** With places such as `{EMAIL_ADDRESS}` or `{NATIONAL_ID:de}`. */
  readonly sentences: readonly string[]
  readonly addresses: readonly string[]
  /** Nothing may be found in these. */
  readonly clean: readonly string[]
}

const makers: Readonly<Record<string, Make>> = {
  ...values,
  ...Object.fromEntries(Object.entries(nationalIds).map(([country, make]) => [`NATIONAL_ID:${country}`, make])),
  ...Object.fromEntries(Object.entries(documents).map(([kind, make]) => [`DATE_OF_BIRTH:${kind}`, make])),
  PASSPORT: documents.passport,
  DRIVER_LICENSE: documents.licence,
}

const disguised: ReadonlySet<string> = new Set(['PHONE_NUMBER', 'CREDIT_CARD', 'SSN', 'NATIONAL_ID'])

/** Full-width digits, Arabic-Indic digits, invisible characters between, hard spaces. */
function disguise(value: string, random: Dice): string {
  const digit = (zero: number) => value.replace(/\d/g, (each) => String.fromCodePoint(zero + Number(each)))
  return random.pick([
    () => digit(0xff10),
    () => digit(0x0660),
    () => [...value].join(String.fromCodePoint(0x200b)),
    () => value.replaceAll(' ', String.fromCodePoint(0xa0)).replaceAll('-', String.fromCodePoint(0x2011)),
  ])()
}

export function generatePii(templates: PiiTemplates, options: { readonly seed: number; readonly rounds: number }) {
  const random = dice(options.seed)
  const samples: PiiSample[] = []
  for (let round = 0; round < options.rounds; round++)
    for (const sentence of templates.sentences) samples.push(fill(sentence, templates, random))
  return [...samples, ...templates.clean.map((text): PiiSample => ({ text, labels: [] }))]
}

function fill(sentence: string, { addresses }: PiiTemplates, random: Dice): PiiSample {
  const labels: Label[] = []
  const text = sentence.replace(/\{([A-Z_]+)(:\w+)?\}/g, (_, category: PiiCategory, sort = '') => {
    const made = category === 'LOCATION_ADDRESS' ? random.pick(addresses) : makers[`${category}${sort}`]?.(random)
    if (made === undefined) throw new Error(`nothing makes ${category}${sort}`)
    const value = disguised.has(category) && random.below(8) === 0 ? disguise(made, random) : made
    labels.push({ category, value })
    return value
  })
  return { text, labels }
}
