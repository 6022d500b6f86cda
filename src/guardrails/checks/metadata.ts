/** `default.requiredMetadataKeys` and `requiredMetadataKeyValuePairs`: what a caller has to say of itself. */
import { boundedPattern } from '../bounded-pattern.ts'
import { invalid, isObject } from '../given.ts'
import { type Check, defineCheck, judge, onInput, satisfies } from './check.ts'

const operators = ['all', 'any', 'none'] as const

const keys = defineCheck({
  id: 'default.requiredMetadataKeys',
  hooks: onInput,
  prepare(given) {
    const wanted = given.someTexts('metadataKeys')
    const operator = given.choice('operator', operators)
    return ({ metadata }) => {
      const found = wanted.filter((key) => Object.hasOwn(metadata, key))
      const missing = wanted.filter((key) => !found.includes(key))
      const said = `${found.length} of ${wanted.length} metadata keys are there; wanted ${operator}`
      return judge(given, satisfies(operator, found.length, wanted.length), said, {
        foundKeys: found,
        missingKeys: missing,
      })
    }
  },
})

const pairs = defineCheck({
  id: 'default.requiredMetadataKeyValuePairs',
  hooks: onInput,
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
    return ({ metadata }) => {
      const isFound = (key: string, fits: (value: string) => boolean) => {
        const value = metadata[key]
        return value !== undefined && fits(value)
      }
      const found = tests.filter(({ key, fits }) => isFound(key, fits)).map(({ key }) => key)
      const said = `${found.length} of ${tests.length} metadata pairs match; wanted ${operator}`
      return judge(given, satisfies(operator, found.length, tests.length), said, { foundKeys: found })
    }
  },
})

/** Does a value fit any of those accepted? */
export function matcher(type: string, accepted: readonly string[], where: string): (value: string) => boolean {
  if (type === 'contains') return (value) => accepted.some((each) => value.includes(each))
  if (type !== 'regex') return (value) => accepted.includes(value)
  const patterns = accepted.map((each) => boundedPattern(each, '', where))
  return (value) => patterns.some((pattern) => pattern.test(value))
}

export const metadata: readonly Check[] = [keys, pairs]
