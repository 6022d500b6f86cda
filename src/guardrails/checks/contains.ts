/** `default.contains`: any, all or none of some words occur in the text, letter for letter. */
import { countOperators, defineCheck, inputAndOutput, judge, satisfiesOperator } from './check.ts'

export const contains = defineCheck({
  id: 'default.contains',
  hooks: inputAndOutput,
  isLocal: (given) => given.choice('operator', countOperators) === 'none' && !given.flag('not'),
  prepare(given) {
    const words = given.someTexts('words')
    const operator = given.choice('operator', countOperators)
    return ({ text }) => {
      const foundWords = words.filter((word) => text.includes(word))
      const missingWords = words.filter((word) => !foundWords.includes(word))
      const said = `found ${foundWords.length} of ${words.length} words; wanted ${operator}`
      return judge(given, satisfiesOperator(operator, foundWords.length, words.length), said, {
        operator,
        foundWords,
        missingWords,
      })
    }
  },
})
