/** A config as a request will follow it. Loaded with the first request that has a config. */
import { GatewayError } from '../../errors.ts'
import type { Warning } from '../../inference/index.ts'
import type { Params, Problem } from '../../routing/config.ts'
import { makePlan } from '../../routing/plan.ts'
import { readConfig } from '../../routing/read-config.ts'
import type { EffectiveConfig } from '../line/effective-config.ts'

const known = new WeakMap<Params, Reading>()

/** A saved config is read once for as long as the cache keeps it. */
export function readOnce(config: Params): Reading {
  const before = known.get(config)
  if (before !== undefined) return before
  const reading = readEffective(config)
  known.set(config, reading)
  return reading
}

type Reading = Omit<EffectiveConfig, 'saved'>

/** Throws `invalid_request` for one that cannot be followed. */
export function readEffective(config: Params): Reading {
  const { root, problems } = readConfig(config)
  const wrong = problems.filter((problem) => problem.type === 'wrong')
  if (wrong.length > 0) {
    const errors = wrong.map(({ path, message }) => `path: ${path}, message: ${message}`)
    throw new GatewayError('invalid_request', `Invalid config passed: ${errors.slice(0, 3).join('; ')}`, {
      param: 'x-portkey-config',
      errors,
    })
  }
  const hasTargets = root.targets !== undefined || root.provider !== undefined || root.virtualKey !== undefined
  return { plan: makePlan(root), hasTargets, warnings: problems.map(warningOf) }
}

function warningOf({ path, message }: Problem): Warning {
  return { type: 'dropped', field: `config.${path}`, reason: message }
}
