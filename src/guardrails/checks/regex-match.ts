/** `default.regexMatch`: the text matches a regular expression. */
import { compilePattern } from '../../patterns/pattern.ts'
import { defineCheck, excerpt, inputAndOutput, judge } from './check.ts'

export const regexMatch = defineCheck({
  id: 'default.regexMatch',
  needsText: true,
  hooks: inputAndOutput,
  prepare(given) {
    const rule = given.text('rule')
    const pattern = compilePattern(rule, '', `${given.where}.rule`)
    return async ({ text }, { patterns }) => {
      const isMatch = await pattern.test(text, patterns)
      const said = isMatch ? 'the text matches the pattern' : 'the text does not match the pattern'
      return judge(given, isMatch, said, { rule, regexPattern: rule, textExcerpt: excerpt(text) })
    }
  },
})
