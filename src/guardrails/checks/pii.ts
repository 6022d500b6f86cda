/** `portkey.pii`: personal data and secrets, found by form, checksum and the words around them; fails, or redacts so that the answer can be given back what was taken out. */
import { nearestNames } from '../../nearest.ts'
import { type CheckParameters, invalid } from '../check-parameters.ts'
import { type PiiCategory, piiCategories, structuredCategories } from '../pii/categories.ts'
import { Placeholders } from '../pii/placeholders.ts'
import { defineCheck, inputAndOutput, judge } from './check.ts'

export const pii = defineCheck({
  id: 'portkey.pii',
  aliases: ['default.pii'],
  hooks: inputAndOutput,
  mayChange: (given) => given.flag('redact'),
  isLocal: (given) => !given.flag('not'),
  prepare(given) {
    const isRedacting = given.flag('redact')
    const isRestorable = given.flag('restore')
    if (isRestorable && !isRedacting)
      throw invalid(`${given.where}.restore needs redact: true; without it nothing is taken out`, given.where)
    const search = { categories: readCategories(given), countries: readCountries(given) }
    return async ({ hook, texts, placeholders = new Placeholders() }) => {
      if (!isRedacting) {
        const { findPersonalDataInTexts: findInAll } = await import('../pii/find.ts')
        const found = (await findInAll(texts, search)).flat()
        return judge(given, found.length === 0, saidOf(found), summaryOf(found))
      }
      const { redactPersonalData } = await import('../pii/redact.ts')
      const redaction = { ...search, placeholders, isRestorable: isRestorable && hook === 'input' }
      const { texts: redacted, findings } = await redactPersonalData(texts, redaction)
      if (findings.length === 0) return judge(given, true, saidOf(findings), summaryOf(findings))
      const explanation = `${saidOf(findings)}; it was replaced`
      return { isPassed: true, data: { explanation, ...summaryOf(findings) }, texts: redacted }
    }
  },
})

interface Found {
  readonly category: PiiCategory
}

function kindsOf(found: readonly Found[]): readonly PiiCategory[] {
  return [...new Set(found.map(({ category }) => category))]
}

function saidOf(found: readonly Found[]): string {
  return found.length === 0 ? 'no personal data was found' : `found ${kindsOf(found).join(', ')}`
}

function summaryOf(found: readonly Found[]) {
  return { detectedCategories: kindsOf(found), count: found.length }
}

/** None named = those with a form; names and postal addresses are guesses, so they are asked for. */
function readCategories(given: CheckParameters): readonly PiiCategory[] {
  const asked = given.texts('categories')
  if (asked.length === 0) return structuredCategories
  const unknown = asked.filter((each) => !piiCategories.some((category) => category === each))
  const [first] = unknown
  if (first === undefined) return piiCategories.filter((category) => asked.includes(category))
  const [nearest] = nearestNames(first, piiCategories, 1)
  const hint = nearest === undefined ? ';' : `; did you mean '${nearest}'?`
  const where = `${given.where}.categories`
  throw invalid(`${where} has '${unknown.join("', '")}'${hint} allowed are ${piiCategories.join(', ')}`, where)
}

function readCountries(given: CheckParameters): readonly string[] {
  const countries = given.texts('countries').map((each) => each.toUpperCase())
  const wrong = countries.find((each) => !/^[A-Z]{2}$/.test(each))
  if (wrong === undefined) return countries
  const where = `${given.where}.countries`
  throw invalid(`${where} has '${wrong.slice(0, 20)}'; give countries by two letters, for example 'CH'`, where)
}
