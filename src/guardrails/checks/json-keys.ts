/** `default.jsonKeys`: any, all or none of some keys stand at the top of the JSON in the text. */
import { countOperators, defineCheck, judge, outputOnly, satisfiesOperator } from './check.ts'
import { findJsonObjects } from './json-in-text.ts'

export const jsonKeys = defineCheck({
  id: 'default.jsonKeys',
  needsText: true,
  hooks: outputOnly,
  prepare(given) {
    const keys = given.someTexts('keys')
    const operator = given.choice('operator', countOperators)
    return ({ text }) => {
      const counted = findJsonObjects(text).map((json) => keys.filter((key) => Object.hasOwn(json, key)))
      if (counted.length === 0) {
        const explanation = 'there is no JSON object in the text'
        return { isPassed: false, data: { explanation, verdict: false, operator, requiredKeys: keys } }
      }
      // an unwanted key is one in any object; wanted ones have to stand in the same
      const [most = []] = counted.toSorted((one, other) => other.length - one.length)
      const presentKeys = operator === 'none' ? keys.filter((key) => counted.some((each) => each.includes(key))) : most
      const missingKeys = keys.filter((key) => !presentKeys.includes(key))
      const said = `found ${presentKeys.length} of ${keys.length} keys; wanted ${operator}`
      return judge(given, satisfiesOperator(operator, presentKeys.length, keys.length), said, {
        operator,
        presentKeys,
        missingKeys,
      })
    }
  },
})
