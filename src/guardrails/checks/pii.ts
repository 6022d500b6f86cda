/** `portkey.pii`: personal data that has a form (addresses, numbers), found by patterns and checksums; fails or redacts. */
import { invalid } from '../given.ts'
import { findPersonalData, piiCategories, redactPersonalData } from '../pii/patterns.ts'
import { defineCheck, judge, onBoth } from './check.ts'

/** Known to the field, but no pattern finds them. */
const withoutForm = ['LOCATION_ADDRESS', 'NAME']

export const pii = defineCheck({
  id: 'portkey.pii',
  aliases: ['default.pii'],
  hooks: onBoth,
  mayChange: (given) => given.flag('redact'),
  prepare(given) {
    const isRedacting = given.flag('redact')
    const asked = given.texts('categories')
    const categories = asked.length === 0 ? piiCategories : asked
    refuseUnknown(categories, `${given.where}.categories`)
    return ({ texts }) => {
      const found = texts.flatMap((text) => findPersonalData(text, categories))
      const kinds = [...new Set(found.map(({ category }) => category))]
      const said = found.length === 0 ? 'no personal data was found' : `found ${kinds.join(', ')}`
      const data = { detectedCategories: kinds, count: found.length }
      if (!isRedacting || found.length === 0) return judge(given, found.length === 0, said, data)
      return {
        isPassed: true,
        data: { explanation: `${said}; it was replaced`, ...data },
        texts: redactPersonalData(texts, categories),
      }
    }
  },
})

function refuseUnknown(categories: readonly string[], where: string): void {
  const unknown = categories.filter((each) => !piiCategories.includes(each))
  if (unknown.length === 0) return
  const reason = unknown.some((each) => withoutForm.includes(each))
    ? 'names and addresses have no form that a pattern could find'
    : 'there is no such category'
  throw invalid(`${where} has '${unknown.join("', '")}': ${reason}; allowed are ${piiCategories.join(', ')}`, where)
}
