/** `default.sentenceCount`, `wordCount`, `characterCount`: how long the text is. */
import { type Check, defineCheck, excerpt, inputAndOutput, judge } from './check.ts'

interface Measure {
  readonly id: string
  /** `Sentences` in `minSentences`. */
  readonly unit: string
  readonly most: number
  readonly count: (text: string) => number
}

/** A run of marks (`?!`, `...`) ends one sentence. */
const countSentences = (text: string): number => text.match(/[.!?]+/g)?.length ?? 0
const countWords = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length

const measures: readonly Measure[] = [
  { id: 'default.sentenceCount', unit: 'Sentences', most: 99_999, count: countSentences },
  { id: 'default.wordCount', unit: 'Words', most: 99_999, count: countWords },
  { id: 'default.characterCount', unit: 'Characters', most: 9_999_999, count: (text) => text.length },
]

export const countChecks: readonly Check[] = measures.map(({ id, unit, most, count }) =>
  defineCheck({
    id,
    needsText: true,
    hooks: inputAndOutput,
    prepare(given) {
      const countKey = id.slice('default.'.length)
      const minimum = given.number(`min${unit}`, 0)
      const maximum = given.number(`max${unit}`, most)
      return ({ text }) => {
        const found = count(text)
        const said = `the text has ${found} ${unit.toLowerCase()}; allowed are ${minimum} to ${maximum}`
        return judge(given, found >= minimum && found <= maximum, said, {
          count: found,
          [countKey]: found,
          [`min${unit}`]: minimum,
          [`max${unit}`]: maximum,
          textExcerpt: excerpt(text),
        })
      }
    },
  }),
)
