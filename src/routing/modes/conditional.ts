/** The target named by the first condition that holds, else the default. */

import { GatewayError } from '../../errors.ts'
import { meetsQuery, type RequestFacts } from '../conditions.ts'
import type { Condition } from '../config.ts'
import type { Mode } from '../mode.ts'

export const conditional: Mode = async (branch, steps) => {
  const { conditions, fallbackName } = branch.strategy
  if (conditions.length === 0) throw invalid('No conditions passed in the query router')
  const name = (await firstHolding(conditions, steps.facts))?.then ?? fallbackName
  if (name === undefined)
    throw invalid('Query router did not resolve to any valid target: no condition holds and there is no default')
  const target = branch.children.find((child) => child.name === name)
  if (target === undefined) throw invalid(`Invalid target name found in the query router: ${name.slice(0, 80)}`)
  return steps.run(target)
}

async function firstHolding(conditions: readonly Condition[], facts: RequestFacts): Promise<Condition | undefined> {
  for (const condition of conditions) if (await meetsQuery(condition.query, facts)) return condition
  return undefined
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'strategy.conditions' })
}
