/** `default.regexMatch`: the text matches a regular expression. A pattern that does not finish fails the check: callers choose the text. */
import { boundedPattern, PatternTimeout } from '../bounded-pattern.ts'
import { defineCheck, excerpt, judge, onBoth } from './check.ts'

export const regexMatch = defineCheck({
  id: 'default.regexMatch',
  needsText: true,
  hooks: onBoth,
  prepare(given) {
    const rule = given.text('rule')
    const pattern = boundedPattern(rule, '', `${given.where}.rule`)
    return ({ text }) => {
      try {
        const isMatch = pattern.test(text)
        const said = isMatch ? 'the text matches the pattern' : 'the text does not match the pattern'
        return judge(given, isMatch, said, { rule, textExcerpt: excerpt(text) })
      } catch (thrown) {
        if (!(thrown instanceof PatternTimeout)) throw thrown
        return { isPassed: false, data: { explanation: thrown.message, rule }, error: thrown }
      }
    }
  },
})
