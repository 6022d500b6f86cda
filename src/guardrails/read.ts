/** From what administrators write (a hook, the shorthand, a saved guardrail) to a guardrail that can run. Also the check before saving. */
import { GatewayError } from '../errors.ts'
import { nearestNames } from '../nearest.ts'
import { CheckParameters, invalid, isObject, type JsonObject } from './check-parameters.ts'
import { checkIds, findCheck, isUnavailable } from './checks/index.ts'
import type { Feedback, Guardrail, GuardrailRef, Hook, ReadyCheck, SavedGuardrail } from './guardrail.ts'
import { mayReplaceText } from './may-replace-text.ts'
import { readStreamWindow } from './stream-window.ts'

/** Everything but these is a check in the shorthand. Ours beyond the field's: from `messages` on. */
const reservedKeys = new Set(
  (
    'id type deny async sequential on_fail on_success onFail onSuccess guardrail_version_id checks name message ' +
    'soft_deny_200 messages system_prompt reasoning tool_calls stream_window'
  ).split(' '),
)

/** A reference to a saved one, with actions that override the saved; or a guardrail of its own. */
export type ReadRef =
  | { readonly type: 'saved'; readonly idOrSlug: string; readonly versionId?: string; readonly overrides: JsonObject }
  | { readonly type: 'own'; readonly guardrail: Guardrail }

/** Reads one entry of `input_guardrails` or `output_guardrails`. Throws GatewayError `invalid_request`; `nextId` names the nameless. */
export function readGuardrailRef(value: unknown, hook: Hook, where: string, nextId: () => string): ReadRef {
  if (typeof value === 'string' && value !== '') return { type: 'saved', idOrSlug: value, overrides: {} }
  if (!isObject(value)) throw invalid(`${where} must be the id or slug of a guardrail, or an object`, where)
  const checks = listChecks(value, where)
  const { id, guardrail_version_id: versionId, checks: _, ...overrides } = value
  if (checks.length === 0 && typeof id === 'string') {
    return { type: 'saved', idOrSlug: id, overrides, ...(typeof versionId === 'string' ? { versionId } : {}) }
  }
  if (checks.length === 0) throw invalid(`${where} has no check; give an id, or at least one check`, where)
  const name = typeof id === 'string' ? id : `${hook}_guardrail_${nextId().slice(0, 8)}`
  return { type: 'own', guardrail: { id: name, ...readActions(value, where, checks), checks } }
}

/** A saved guardrail as it runs, with the actions written beside its id. */
function readSavedGuardrail(saved: SavedGuardrail, overrides: JsonObject = {}): Guardrail {
  const checks = readChecks(saved.checks, 'checks', 'saved')
  return {
    id: saved.slug,
    versionId: saved.versionId,
    ...readActions({ ...saved.actions, ...overrides }, 'actions', checks),
    checks,
  }
}

function listChecks(value: JsonObject, where: string): readonly ReadyCheck[] {
  const short = Object.entries(value)
    .filter(([key]) => !reservedKeys.has(key))
    .map(([key, parameters]) => readCheck({ id: key, parameters: parameters ?? {} }, `${where}.${key}`))
  if (value.checks === undefined) return short
  return [...readChecks(value.checks, `${where}.checks`), ...short]
}

/** Throws GatewayError that names the check, and the nearest known id. Switched off checks are checked, and left out. */
export function readChecks(value: unknown, where: string, source: Source = 'inline'): readonly ReadyCheck[] {
  if (!Array.isArray(value)) throw invalid(`${where} must be a list of checks`, where)
  const list: readonly unknown[] = value
  return list.flatMap((each, at) => {
    const check = readCheck(each, `${where}.${at}`, source)
    return isObject(each) && each.is_enabled === false ? [] : [check]
  })
}

/** Written out in a config or default; or saved by itself, with credentials in the vault. */
type Source = 'inline' | 'saved'

function readCheck(value: unknown, where: string, source: Source = 'inline'): ReadyCheck {
  if (!isObject(value) || typeof value.id !== 'string')
    throw invalid(`${where}.id is missing; give a check's id`, where)
  const id = value.id.includes('.') ? value.id : `default.${value.id}`
  const parameters = value.parameters ?? {}
  if (!isObject(parameters)) throw invalid(`${where}.parameters must be an object`, `${where}.parameters`)
  const check = findCheck(id)
  if (check === undefined) throw unknownCheck(id, where)
  const place = value.parameters === undefined ? where : `${where}.parameters`
  if (source === 'inline' && check.isSavedOnly === true)
    throw invalid(
      `${where}: the check '${id}' may stand in saved guardrails only, because it spends what no limit counts; save it with POST /guardrails and name its id here`,
      where,
    )
  if (source === 'inline' && parameters.credentials !== undefined)
    throw invalid(
      `${place}.credentials may stand in saved guardrails only, which keep them in the vault; save it with POST /guardrails and name its id here`,
      `${place}.credentials`,
    )
  const secretName = source === 'saved' && typeof value.secret_name === 'string' ? value.secret_name : undefined
  const given = new CheckParameters(parameters, place, secretName)
  return {
    id,
    hooks: check.hooks,
    mayChange: check.mayChange?.(given) ?? false,
    failsOnError: given.flag('failOnError'),
    isLocal: check.isLocal?.(given) ?? false,
    needsText: check.needsText ?? false,
    run: check.prepare(given),
  }
}

function unknownCheck(id: string, where: string) {
  if (isUnavailable(id))
    return invalid(
      `${where}: the check '${id}' asks a service that cannot be connected here; use default.webhook to ask your own`,
      where,
    )
  const [nearest] = nearestNames(id, checkIds, 1)
  return invalid(
    `${where}: there is no check '${id.slice(0, 60)}'; ${nearest === undefined ? `there are ${checkIds.join(', ')}` : `did you mean '${nearest}'?`}`,
    where,
  )
}

/** Both casings, as the field's examples have them. */
function readActions(
  value: JsonObject,
  where: string,
  checks: readonly ReadyCheck[],
): Omit<Guardrail, 'id' | 'checks' | 'versionId'> {
  const given = new CheckParameters(value, where)
  const type = given.choice('type', ['guardrail', 'mutator'])
  const onFail = readFeedback(value.on_fail ?? value.onFail)
  const onSuccess = readFeedback(value.on_success ?? value.onSuccess)
  const streamWindow = readStreamWindow(value.stream_window ?? undefined, `${where}.stream_window`)
  const isAsync = given.flag('async')
  const reasoning = given.optionalFlag('reasoning')
  const toolCalls = given.optionalFlag('tool_calls')
  if (isAsync && type === 'mutator')
    throw invalid(`${where}: a mutator changes the request, so it cannot be async`, where)
  return {
    type,
    deny: given.flag('deny'),
    isAsync,
    isSequential: given.flag('sequential'),
    isSoftDeny: given.flag('soft_deny_200'),
    // a conversation is sent whole with every turn: what was taken out of one must not come back with the next
    messages:
      value.messages === undefined && mayReplaceText({ checks }) ? 'all' : given.choice('messages', ['last', 'all']),
    isSystemInScope: given.flag('system_prompt'),
    ...(reasoning === undefined ? {} : { isReasoningInScope: reasoning }),
    ...(toolCalls === undefined ? {} : { areToolCallsInScope: toolCalls }),
    ...(streamWindow === undefined ? {} : { streamWindow }),
    ...(onFail === undefined ? {} : { onFail }),
    ...(onSuccess === undefined ? {} : { onSuccess }),
  }
}

/** Before saving. A key that is nearly one of ours is a mistake: a guardrail with `denny` would deny nothing. */
export function checkActions(actions: JsonObject, where: string): void {
  for (const key of Object.keys(actions)) {
    if (reservedKeys.has(key)) continue
    const [nearest] = nearestNames(key, [...reservedKeys], 1)
    if (nearest !== undefined)
      throw invalid(`${where}.${key} is no action; did you mean '${nearest}'?`, `${where}.${key}`)
  }
  readActions(actions, where, [])
}

function readFeedback(action: unknown): Feedback | undefined {
  const feedback = isObject(action) ? action.feedback : undefined
  if (!isObject(feedback) || typeof feedback.value !== 'number') return undefined
  const { value, weight, metadata } = feedback
  return { value, weight: typeof weight === 'number' ? weight : 1, metadata: isObject(metadata) ? metadata : {} }
}

const ready = new WeakMap<object, Guardrail>()

/** Reads a reference once per object, so that a pattern or schema is not prepared again with every request. */
function remembered(key: object, read: () => Guardrail): Guardrail {
  const known = ready.get(key)
  if (known !== undefined) return known
  const made = read()
  ready.set(key, made)
  return made
}

/** The guardrails that references mean. Throws GatewayError for one that is not known. */
export function resolveGuardrails(options: {
  readonly refs: readonly GuardrailRef[]
  readonly hook: Hook
  readonly saved: readonly SavedGuardrail[]
  readonly newId: () => string
}): readonly Guardrail[] {
  const { refs, hook, saved, newId } = options
  const found = refs.map((ref) => {
    const known = typeof ref === 'object' ? ready.get(ref) : undefined
    if (known !== undefined) return known
    const read = readGuardrailRef(ref, hook, `${hook}_guardrails`, newId)
    if (read.type === 'own') return typeof ref === 'object' ? remembered(ref, () => read.guardrail) : read.guardrail
    const document = saved.find(({ id, slug }) => id === read.idOrSlug || slug === read.idOrSlug)
    if (document === undefined || document.status !== 'active') throw unknownGuardrail(read.idOrSlug, hook)
    if (Object.keys(read.overrides).length > 0) return readSavedGuardrail(document, read.overrides)
    return remembered(document, () => readSavedGuardrail(document))
  })
  // by identity: one with the same id but other actions does not take the place of a default
  return [...new Set(found)]
}

function unknownGuardrail(idOrSlug: string, hook: Hook): GatewayError {
  const message = `there is no guardrail '${idOrSlug.slice(0, 80)}' in this workspace; list them with GET /guardrails`
  return new GatewayError('invalid_request', message, { param: `${hook}_guardrails`, unknownGuardrail: idOrSlug })
}
