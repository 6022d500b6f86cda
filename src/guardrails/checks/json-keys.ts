/** `default.jsonKeys`: any, all or none of some keys stand at the top of the JSON in the text. */
import { defineCheck, judge, onOutput, operators, satisfies } from './check.ts'
import { findJson } from './json-in-text.ts'

export const jsonKeys = defineCheck({
  id: 'default.jsonKeys',
  hooks: onOutput,
  prepare(given) {
    const keys = given.someTexts('keys')
    const operator = given.choice('operator', operators)
    return ({ text }) => {
      const json = findJson(text)
      if (json === undefined) return { isPassed: false, data: { explanation: 'there is no JSON object in the text' } }
      const presentKeys = keys.filter((key) => Object.hasOwn(json, key))
      const missingKeys = keys.filter((key) => !presentKeys.includes(key))
      const said = `found ${presentKeys.length} of ${keys.length} keys; wanted ${operator}`
      return judge(given, satisfies(operator, presentKeys.length, keys.length), said, { presentKeys, missingKeys })
    }
  },
})
