/** `default.requiredMetadataKeys` and `requiredMetadataKeyValuePairs`: what a caller has to say of itself. */
import { compilePattern, type PatternBudget } from '../../patterns/pattern.ts'
import { invalid, isObject } from '../check-parameters.ts'
import { type Check, defineCheck, inputOnly, judge, satisfiesOperator } from './check.ts'

const operators = ['all', 'any', 'none'] as const

const keys = defineCheck({
  id: 'default.requiredMetadataKeys',
  hooks: inputOnly,
  prepare(given) {
    const wanted = given.someTexts('metadataKeys')
    const operator = given.choice('operator', operators)
    return ({ metadata }) => {
      const found = wanted.filter((key) => Object.hasOwn(metadata, key))
      const missing = wanted.filter((key) => !found.includes(key))
      const said = `${found.length} of ${wanted.length} metadata keys are there; wanted ${operator}`
      return judge(given, satisfiesOperator(operator, found.length, wanted.length), said, {
        operator,
        foundKeys: found,
        missingKeys: missing,
        found_metadata_keys: found,
        missing_metadata_keys: missing,
      })
    }
  },
})

const pairs = defineCheck({
  id: 'default.requiredMetadataKeyValuePairs',
  hooks: inputOnly,
  prepare(given) {
    const operator = given.choice('operator', operators)
    const matchType = given.choice('matchType', ['exact', 'contains', 'regex'])
    const pairsGiven = given.values.metadataPairs
    const wanted = isObject(pairsGiven) ? Object.entries(pairsGiven) : []
    if (wanted.length === 0)
      throw invalid(`${given.where}.metadataPairs is missing; give an object`, `${given.where}.metadataPairs`)
    const tests = wanted.map(([key, value]) => {
      const accepted = (Array.isArray(value) ? value : [value]).map(String)
      return { key, fits: matcher(matchType, accepted, `${given.where}.metadataPairs.${key}`) }
    })
    return async ({ metadata }, { patterns }) => {
      const found: string[] = []
      for (const { key, fits } of tests) {
        const value = metadata[key]
        if (value !== undefined && (await fits(value, patterns))) found.push(key)
      }
      const said = `${found.length} of ${tests.length} metadata pairs match; wanted ${operator}`
      return judge(given, satisfiesOperator(operator, found.length, tests.length), said, { foundKeys: found })
    }
  },
})

export type Matcher = (value: string, patterns: PatternBudget) => Promise<boolean>

/** Does a value fit any of those accepted? */
export function matcher(type: string, accepted: readonly string[], where: string): Matcher {
  if (type === 'contains') return async (value) => accepted.some((each) => value.includes(each))
  if (type !== 'regex') return async (value) => accepted.includes(value)
  const compiled = accepted.map((each) => compilePattern(each, '', where))
  return async (value, patterns) => {
    for (const pattern of compiled) if (await pattern.test(value, patterns)) return true
    return false
  }
}

export const metadataChecks: readonly Check[] = [keys, pairs]
