/** The end user's id in a form that the model's provider takes: the same user is always called the same. */
import type { Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { hashOf } from './limits.ts'

export interface FittedUser {
  readonly value: string
  readonly isHash: boolean
}

const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
/** Seven digits or more and nothing but what telephone numbers are written with. */
const telephone = /^\+?(?:[\s().-]*\d){7,15}[\s().-]*$/

export function fitUser(
  user: string | undefined,
  { user: rule }: ModelTraits,
  warnings: Warning[],
): FittedUser | undefined {
  if (user === undefined || user === '') return undefined
  const isPersonal = rule.refusesPersonal && (email.test(user.trim()) || telephone.test(user.trim()))
  const { character } = rule
  const isForeign = character !== undefined && ![...user].every((each) => character.test(each))
  if (user.length <= rule.maxLength && !isPersonal && !isForeign) return { value: user, isHash: false }
  const why = isPersonal
    ? 'an e-mail address or a telephone number is refused'
    : isForeign
      ? 'it holds characters that are refused'
      : `it is longer than ${rule.maxLength} characters`
  warnings.push({ type: 'changed', field: 'user', reason: `${why}; sent as its hash` })
  return { value: hashOf(user, 64), isHash: true }
}
