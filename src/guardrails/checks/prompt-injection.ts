/** `default.promptInjection`: a score for known ways to take a model over, in several languages and disguises; fails from a threshold on. */
import { invalid } from '../check-parameters.ts'
import type { InjectionScore } from '../injection/score.ts'
import { defineCheck, inputOnly, judge } from './check.ts'

const usualThreshold = 0.5

export const promptInjection = defineCheck({
  id: 'default.promptInjection',
  hooks: inputOnly,
  prepare(given) {
    const threshold = given.number('threshold', usualThreshold)
    if (threshold <= 0 || threshold > 1)
      throw invalid(
        `${given.where}.threshold is ${threshold}; it must be above 0 and at most 1`,
        `${given.where}.threshold`,
      )
    return async ({ texts }) => {
      const { scoreInjection } = await import('../injection/score.ts')
      let worst: InjectionScore = { score: 0, families: [] }
      for (const text of texts) {
        const score = await scoreInjection(text)
        if (score.score > worst.score) worst = score
      }
      const isFound = worst.score >= threshold
      const said = isFound
        ? `looks like a prompt injection (${worst.families.join(', ')})`
        : 'does not look like a prompt injection'
      return judge(given, !isFound, `the text ${said}`, { score: worst.score, families: worst.families, threshold })
    }
  },
})
