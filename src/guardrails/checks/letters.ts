/** `default.alluppercase`, `alllowercase`, `endsWith`, `notNull`: simple statements about the whole text. */
import { type Check, defineCheck, excerpt, inputAndOutput, judge, outputOnly } from './check.ts'

const upper = defineCheck({
  id: 'default.alluppercase',
  needsText: true,
  aliases: ['default.isAllUpperCase'],
  hooks: inputAndOutput,
  prepare:
    (given) =>
    ({ text }) => {
      const isUpper = text === text.toUpperCase()
      const said = isUpper ? 'all letters are upper case' : 'some letters are lower case'
      return judge(given, isUpper, said, { textExcerpt: excerpt(text) })
    },
})

const lower = defineCheck({
  id: 'default.alllowercase',
  needsText: true,
  aliases: ['default.isAllLowerCase'],
  hooks: inputAndOutput,
  prepare:
    (given) =>
    ({ text }) => {
      const isLower = text === text.toLowerCase()
      const said = isLower ? 'all letters are lower case' : 'some letters are upper case'
      return judge(given, isLower, said, { textExcerpt: excerpt(text) })
    },
})

const endsWith = defineCheck({
  id: 'default.endsWith',
  needsText: true,
  hooks: inputAndOutput,
  prepare(given) {
    const suffix = given.text('suffix')
    return ({ text }) => {
      const isSo = text.endsWith(suffix) || text.endsWith(`${suffix}.`)
      const said = isSo ? `the text ends with '${suffix}'` : `the text does not end with '${suffix}'`
      return judge(given, isSo, said, { suffix, textExcerpt: excerpt(text) })
    }
  },
})

const notNull = defineCheck({
  id: 'default.notNull',
  hooks: outputOnly,
  prepare:
    (given) =>
    ({ text }) => {
      const hasText = text.trim() !== ''
      return judge(given, hasText, hasText ? 'there is text' : 'there is no text')
    },
})

export const letterChecks: readonly Check[] = [upper, lower, endsWith, notNull]
