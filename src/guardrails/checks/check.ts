/** How a check is described: its id, where it applies, and how its parameters become a function. */

import type { Given } from '../given.ts'
import type { Hook, RunCheck, Verdict } from '../guardrail.ts'

export interface Check {
  /** With its family, e.g. `default.contains`. */
  readonly id: string
  readonly aliases?: readonly string[]
  readonly hooks: readonly Hook[]
  /** May it replace text, given these parameters? Absent = never. */
  readonly mayChange?: (given: Given) => boolean
  /** Is what it finds found in its surroundings alone, given these parameters? Absent = never: its verdict needs the whole text. */
  readonly isLocal?: (given: Given) => boolean
  /** True = it says something about a text; where there is none (an answer of tool calls alone, a picture), it is noted and passes. Absent = it judges the absence, too. */
  readonly needsText?: true
  /** It spends what no limit of a caller counts, so callers cannot write it out themselves. */
  readonly isSavedOnly?: true
  /** Reads the parameters; throws GatewayError `invalid_request`. */
  readonly prepare: (given: Given) => RunCheck
}

export function defineCheck(check: Check): Check {
  return check
}

export const onInput: readonly Hook[] = ['input']
export const onOutput: readonly Hook[] = ['output']
export const onBoth: readonly Hook[] = ['input', 'output']

/** A statement about the text that `not` turns round. `explain` completes "the text …". */
export function judge(
  given: Given,
  holds: boolean,
  explanation: string,
  more: Readonly<Record<string, unknown>> = {},
): Verdict {
  const isNegated = given.flag('not')
  return { isPassed: holds !== isNegated, data: { explanation, ...(isNegated ? { not: true } : {}), ...more } }
}

/** The beginning of a text, for people who look at verdicts. */
export function excerpt(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}

/** How many of a list have to be found. */
export const operators = ['any', 'all', 'none'] as const

export function satisfies(operator: (typeof operators)[number], found: number, wanted: number): boolean {
  return operator === 'any' ? found > 0 : operator === 'all' ? found === wanted : found === 0
}
