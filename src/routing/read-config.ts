/** A config's JSON → its tree, with everything in it that cannot be meant. One reading for saved and inline configs. */
import type { BreakerSetting, ConfigNode, Params, Problem, RetrySetting, Settings } from './config.ts'
import { failureKinds } from './failure.ts'
import { describe, Fields, isObject } from './fields.ts'
import { readOwnCredentials } from './read-credentials.ts'
import { readStrategy } from './read-strategy.ts'

/** Bounds of the tree; conditional roots may list many targets. */
const maxTargets = 100
const maxConditionalTargets = 1_000
const maxNestedTargets = 50
const maxDepth = 10
const maxRetries = 10
const minCooldownMs = 30_000
const dayMs = 86_400_000

/** Keys of this API family that other rooms act on, or that name nothing to act on here. */
const readElsewhere = new Set(['prompt_id', 'fetch_integrated_models', 'cache_namespace'])

export interface ReadConfig {
  readonly root: ConfigNode
  readonly problems: readonly Problem[]
}

/** Throws nothing: an unusable part is left out and told among the problems. */
export function readConfig(value: Params): ReadConfig {
  const problems: Problem[] = []
  if (Array.isArray(value.options) && value.targets === undefined) {
    problems.push({
      path: 'options',
      message: 'This version of config is not supported in this route. Please migrate to the latest version',
      type: 'wrong',
    })
    return { root: { path: 'config', weight: 1, isPassthrough: false, settings: {} }, problems }
  }
  const root = readNode(value, { path: '', jsonPath: 'config', depth: 1 }, problems)
  return { root, problems }
}

interface Place {
  /** For problems. */
  readonly path: string
  readonly jsonPath: string
  readonly depth: number
}

function readNode(value: Params, place: Place, problems: Problem[]): ConfigNode {
  const fields = new Fields(value, place.path, problems)
  const targets = readTargets(fields, place, problems)
  const strategy = readStrategy(fields, targets, problems)
  const name = fields.text('name')
  const provider = fields.text('provider')
  const virtualKey = fields.text('virtual_key')
  const own = readOwnCredentials(fields)
  const node: ConfigNode = {
    path: place.jsonPath,
    weight: fields.number('weight', 0, Number.MAX_VALUE) ?? 1,
    isPassthrough: fields.flag('passthrough') ?? false,
    settings: readSettings(fields, problems),
    ...(name === undefined ? {} : { name }),
    ...(provider === undefined ? {} : { provider }),
    ...(virtualKey === undefined ? {} : { virtualKey }),
    ...(own === undefined ? {} : { own }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(targets === undefined ? {} : { targets }),
  }
  fields.close((key) => readElsewhere.has(key))
  return node
}

function readTargets(fields: Fields, place: Place, problems: Problem[]): readonly ConfigNode[] | undefined {
  const list = fields.list('targets')
  if (list === undefined) return undefined
  const most = place.depth > 1 ? maxNestedTargets : isConditional(fields) ? maxConditionalTargets : maxTargets
  if (list.length === 0) fields.wrong('targets', 'it is empty; list at least one target')
  if (list.length > most) fields.wrong('targets', `it has ${list.length} entries; at most ${most} are allowed`)
  if (place.depth >= maxDepth) {
    fields.wrong('targets', `targets are nested deeper than ${maxDepth} levels`)
    return undefined
  }
  const path = fields.pathOf('targets')
  return list.slice(0, most).flatMap((each, at) => {
    const inner = { path: `${path}[${at}]`, jsonPath: `${place.jsonPath}.targets[${at}]`, depth: place.depth + 1 }
    if (isObject(each)) return [readNode(each, inner, problems)]
    problems.push({ path: inner.path, message: `it is ${describe(each)}; it must be an object`, type: 'wrong' })
    return []
  })
}

function isConditional(fields: Fields): boolean {
  const strategy = fields.take('strategy')
  return isObject(strategy) && strategy.mode === 'conditional'
}

function readSettings(fields: Fields, problems: Problem[]): Settings {
  const settings = {
    retry: readRetry(fields, problems),
    requestTimeoutMs: fields.count('request_timeout', 1, dayMs),
    firstContentTimeoutMs: fields.count('first_content_timeout', 1, dayMs),
    idleTimeoutMs: fields.count('idle_timeout', 1, dayMs),
    onClientClose: fields.oneOf('on_client_close', ['finish', 'cut'] as const),
    learnsFromRefusals: fields.flag('learn_from_refusals'),
    customHost: fields.text('custom_host'),
    forwardHeaders: fields.texts('forward_headers')?.map((name) => name.toLowerCase()),
    isStrict: fields.flag('strict_open_ai_compliance'),
    breaker: readBreaker(fields, problems),
    overrideParams: fields.object('override_params'),
    defaultParams: fields.object('default_params'),
    dropParams: fields.texts('drop_params'),
    cache: readCache(fields, problems),
    inputGuardrails: guardrailsIn(fields, 'input_guardrails', 'before_request_hooks', 'input_mutators'),
    outputGuardrails: guardrailsIn(fields, 'output_guardrails', 'after_request_hooks', 'output_mutators'),
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

/** The three names under which guardrails are written; those of the last change what passes. */
function guardrailsIn(fields: Fields, key: string, hooksKey: string, mutatorsKey: string) {
  const lists = [fields.list(key), fields.list(hooksKey), fields.list(mutatorsKey)]
  if (lists.every((list) => list === undefined)) return undefined
  const [guardrails = [], hooks = [], mutators = []] = lists
  return [...guardrails, ...hooks, ...mutators.map((each) => (isObject(each) ? { type: 'mutator', ...each } : each))]
}

function inside(fields: Fields, key: string, problems: Problem[]): Fields | undefined {
  const value = fields.object(key)
  return value === undefined ? undefined : new Fields(value, fields.pathOf(key), problems)
}

function readRetry(fields: Fields, problems: Problem[]): RetrySetting | undefined {
  const retry = inside(fields, 'retry', problems)
  if (retry === undefined) return undefined
  const onStatusCodes = retry.statusCodes('on_status_codes')
  const onFailures = retry.words('on_failures', failureKinds)
  const setting = {
    attempts: retry.count('attempts', 0, maxRetries) ?? 0,
    usesRetryAfter: retry.flag('use_retry_after_header', 'use_retry_after_headers') ?? false,
    ...(onStatusCodes === undefined ? {} : { onStatusCodes }),
    ...(onFailures === undefined ? {} : { onFailures }),
  }
  if (!retry.has('attempts')) retry.wrong('attempts', `it is missing; give a whole number from 0 to ${maxRetries}`)
  retry.close()
  return setting
}

/** Written inside the strategy; its own level is accepted too. */
function readBreaker(fields: Fields, problems: Problem[]): BreakerSetting | undefined {
  const strategy = fields.take('strategy')
  const isWithin = isObject(strategy) && ('cb_config' in strategy || 'cbConfig' in strategy)
  const outer = isWithin ? new Fields(strategy, fields.pathOf('strategy'), problems) : fields
  const breaker = inside(outer, 'cb_config', problems)
  if (breaker === undefined) return undefined
  const failureThreshold = breaker.count('failure_threshold', 1, 1_000_000)
  const failurePercentage = breaker.number('failure_threshold_percentage', 0, 100)
  const failureStatusCodes = breaker.statusCodes('failure_status_codes')
  const setting: BreakerSetting = {
    minimumRequests: breaker.count('minimum_requests', 1, 1_000_000) ?? 5,
    cooldownMs: Math.max(minCooldownMs, breaker.count('cooldown_interval', 0, dayMs) ?? minCooldownMs),
    ...(failureThreshold === undefined ? {} : { failureThreshold }),
    ...(failurePercentage === undefined ? {} : { failurePercentage }),
    ...(failureStatusCodes === undefined ? {} : { failureStatusCodes }),
  }
  if (failureThreshold === undefined && failurePercentage === undefined)
    breaker.wrong('failure_threshold', 'it is missing; give it or failure_threshold_percentage')
  breaker.close()
  return setting
}

/** An object, or in older configs the mode alone. */
function readCache(fields: Fields, problems: Problem[]): Params | undefined {
  const value = fields.take('cache')
  if (value === undefined) return undefined
  const cache = typeof value === 'string' ? { mode: value } : value
  if (!isObject(cache)) {
    fields.wrong('cache', `it is ${describe(value)}; it must be an object like {"mode":"simple","max_age":600}`)
    return undefined
  }
  const inner = new Fields(cache, fields.pathOf('cache'), problems)
  const mode = inner.text('mode')
  if (mode !== 'simple' && mode !== 'semantic') inner.wrong('mode', "allowed are 'simple' and 'semantic'")
  inner.number('max_age', 0, Number.MAX_VALUE)
  inner.number('similarity_threshold', 0, 1)
  inner.text('embedding_model')
  return cache
}
