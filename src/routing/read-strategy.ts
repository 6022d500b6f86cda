/** Reads a node's strategy and checks that it can be followed: known mode, names that exist, conditions that can be evaluated. */
import { nearestNames } from '../nearest.ts'
import { queryFaults } from './conditions.ts'
import type { Condition, ConfigNode, ModeName, Problem, StickySetting, Strategy } from './config.ts'
import { failureKinds } from './failure.ts'
import { describe, Fields, isObject } from './fields.ts'

const modes: ReadonlyMap<string, ModeName> = new Map<string, ModeName>([
  ['single', 'single'],
  ['fallback', 'fallback'],
  ['loadbalance', 'loadbalance'],
  ['load_balance', 'loadbalance'],
  ['conditional', 'conditional'],
  ['cheapest', 'cheapest'],
])

const defaultStickyMs = 3_600_000
const maxStickySeconds = 30 * 86_400

type Targets = readonly ConfigNode[] | undefined

export function readStrategy(fields: Fields, targets: Targets, problems: Problem[]): Strategy | undefined {
  const legacyCodes = fields.statusCodes('on_status_codes')
  const value = fields.object('strategy')
  if (value === undefined) return undefined
  const strategy = new Fields(value, fields.pathOf('strategy'), problems)
  const mode = readMode(strategy)
  const onStatusCodes = strategy.statusCodes('on_status_codes') ?? legacyCodes
  const onFailures = strategy.words('on_failures', failureKinds)
  const sticky = readSticky(strategy, problems)
  const followsSession = strategy.flag('session_affinity')
  const conditions = readConditions(strategy, problems)
  const fallbackName = strategy.text('default')
  strategy.take('cb_config')
  strategy.close()
  if (targets === undefined && mode !== 'single')
    fields.wrong('targets', `it is missing; a strategy of the mode '${mode}' needs targets`)
  if (mode === 'loadbalance' && targets?.every((target) => target.weight === 0))
    fields.wrong('targets', 'every weight is 0, so no target could ever be chosen; give one of them a weight')
  if (mode === 'conditional') checkNames({ strategy, targets, conditions, fallbackName })
  return {
    mode,
    conditions,
    ...(onStatusCodes === undefined ? {} : { onStatusCodes }),
    ...(onFailures === undefined ? {} : { onFailures }),
    ...(sticky === undefined ? {} : { sticky }),
    ...(followsSession === false ? { ignoresSession: true } : {}),
    ...(fallbackName === undefined ? {} : { fallbackName }),
  }
}

function readMode(strategy: Fields): ModeName {
  const written = strategy.text('mode')
  const mode = written === undefined ? undefined : modes.get(written.toLowerCase().replaceAll('-', '_'))
  if (mode !== undefined) return mode
  const [near] = nearestNames(written ?? '', [...modes.values()], 1)
  const hint = near === undefined || written === undefined ? '' : `; did you mean '${near}'?`
  const got = written === undefined ? 'missing' : `'${written.slice(0, 40)}'`
  if (written !== undefined || !strategy.has('mode'))
    strategy.wrong(
      'mode',
      `it is ${got}; allowed are 'single', 'fallback', 'loadbalance', 'conditional' and 'cheapest'${hint}`,
    )
  return 'single'
}

function readSticky(strategy: Fields, problems: Problem[]): StickySetting | undefined {
  const value = strategy.object('sticky')
  if (value === undefined) return undefined
  const sticky = new Fields(value, strategy.pathOf('sticky'), problems)
  const isEnabled = sticky.flag('enabled') ?? true
  const hashFields = sticky.texts('hash_fields') ?? []
  const seconds = sticky.number('ttl', 1, maxStickySeconds)
  const strange = hashFields.find((field) => !/^(metadata|params|headers)\../.test(field))
  if (strange !== undefined)
    sticky.wrong(
      'hash_fields',
      `'${strange.slice(0, 60)}' is no field to hash; write metadata.<key>, params.<key> or headers.<name>`,
    )
  sticky.close()
  return isEnabled ? { hashFields, ttlMs: seconds === undefined ? defaultStickyMs : seconds * 1_000 } : undefined
}

function readConditions(strategy: Fields, problems: Problem[]): readonly Condition[] {
  const list = strategy.list('conditions') ?? []
  const path = strategy.pathOf('conditions')
  return list.flatMap((each, at) => {
    if (!isObject(each)) {
      problems.push({ path: `${path}[${at}]`, message: `it is ${describe(each)}; it must be an object`, type: 'wrong' })
      return []
    }
    const condition = new Fields(each, `${path}[${at}]`, problems)
    const query = condition.object('query')
    const then = condition.text('then')
    if (!condition.has('query')) condition.wrong('query', 'it is missing; {} is a query that always holds')
    if (!condition.has('then')) condition.wrong('then', 'it is missing; give the name of a target')
    condition.close()
    if (query === undefined || then === undefined) return []
    for (const fault of queryFaults(query)) condition.wrong('query', fault)
    return [{ query, then }]
  })
}

interface Named {
  readonly strategy: Fields
  readonly targets: Targets
  readonly conditions: readonly Condition[]
  readonly fallbackName: string | undefined
}

function checkNames({ strategy, targets, conditions, fallbackName }: Named): void {
  if (conditions.length === 0 && !strategy.has('conditions'))
    strategy.wrong('conditions', 'No conditions passed in the query router')
  const names = (targets ?? []).flatMap((target) => (target.name === undefined ? [] : [target.name]))
  const asked = [...conditions.map(({ then }) => then), ...(fallbackName === undefined ? [] : [fallbackName])]
  for (const name of new Set(asked)) {
    if (names.includes(name)) continue
    const [near] = nearestNames(name, names, 1)
    const hint = near === undefined ? '' : ` (did you mean '${near}'?)`
    strategy.wrong('conditions', `Invalid target name found in the query router: ${name.slice(0, 80)}${hint}`)
  }
}
