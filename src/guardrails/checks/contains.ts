/** `default.contains`: any, all or none of some words occur in the text, letter for letter. */
import { defineCheck, judge, onBoth, operators, satisfies } from './check.ts'

export const contains = defineCheck({
  id: 'default.contains',
  hooks: onBoth,
  isLocal: (given) => given.choice('operator', operators) === 'none' && !given.flag('not'),
  prepare(given) {
    const words = given.someTexts('words')
    const operator = given.choice('operator', operators)
    return ({ text }) => {
      const foundWords = words.filter((word) => text.includes(word))
      const missingWords = words.filter((word) => !foundWords.includes(word))
      const said = `found ${foundWords.length} of ${words.length} words; wanted ${operator}`
      return judge(given, satisfies(operator, foundWords.length, words.length), said, { foundWords, missingWords })
    }
  },
})
