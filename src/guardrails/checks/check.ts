/** How a check is described: its id, where it applies, and how its parameters become a function. */

import type { CheckParameters } from '../check-parameters.ts'
import type { Hook, RunCheck, Verdict } from '../guardrail.ts'

export interface Check {
  /** With its family, e.g. `default.contains`. */
  readonly id: string
  readonly aliases?: readonly string[]
  readonly hooks: readonly Hook[]
  /** May it replace text, given these parameters? Absent = never. */
  readonly mayChange?: (given: CheckParameters) => boolean
  /** Is what it finds found in its surroundings alone, given these parameters? Absent = never: its verdict needs the whole text. */
  readonly isLocal?: (given: CheckParameters) => boolean
  /** True = it says something about a text; where there is none (an answer of tool calls alone, a picture), it is noted and passes. Absent = it judges the absence, too. */
  readonly needsText?: true
  /** It spends what no limit of a caller counts, so callers cannot write it out themselves. */
  readonly isSavedOnly?: true
  /** Reads the parameters; throws GatewayError `invalid_request`. */
  readonly prepare: (given: CheckParameters) => RunCheck
}

export function defineCheck(check: Check): Check {
  return check
}

export const inputOnly: readonly Hook[] = ['input']
export const outputOnly: readonly Hook[] = ['output']
export const inputAndOutput: readonly Hook[] = ['input', 'output']

/** A statement about the text that `not` turns round. `more` is what clients find beside `explanation`, under Portkey's names where its checks have one. */
export function judge(
  given: CheckParameters,
  holds: boolean,
  explanation: string,
  more: Readonly<Record<string, unknown>> = {},
): Verdict {
  const not = given.flag('not')
  const verdict = holds !== not
  return { isPassed: verdict, data: { explanation, verdict, not, ...more } }
}

/** The beginning of a text, for people who look at verdicts. */
export function excerpt(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}

/** How many of a list have to be found. */
export const countOperators = ['any', 'all', 'none'] as const

export function satisfiesOperator(operator: (typeof countOperators)[number], found: number, wanted: number): boolean {
  return operator === 'any' ? found > 0 : operator === 'all' ? found === wanted : found === 0
}
