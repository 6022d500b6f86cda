/** The guardrails of one request: which apply to a target, and what they have found so far. */
import type { GuardrailDefaults, WorkspaceCatalog } from '../../../catalog/catalog.ts'
import { GatewayError } from '../../../errors.ts'
import type { CheckContext, CheckedContent, Guardrail, GuardrailRef, Hook } from '../../../guardrails/guardrail.ts'
import { type CheckResult, type HookResult, type HookResults, noteOf } from '../../../guardrails/result.ts'
import type { GuardrailOutcome } from '../../../guardrails/run.ts'
import type { Line } from '../../line/line.ts'
import { NoteKey } from '../../line/notes.ts'
import type { Operation } from '../../line/operation.ts'
import type { TargetRequest } from '../../line/target-request.ts'
import type { Target, Task } from '../../line/task.ts'
import { placeholdersOf } from './restore-answer.ts'

/** What a request carries of its guardrails. */
export interface Guards {
  /** Of the last target tried. */
  before: readonly HookResult[]
  after: readonly HookResult[]
  /** Judges a stream that was not held, when all of it has gone out. */
  noteAfter?: () => Promise<void>
  /** Each target is asked once, however often it is called. */
  readonly asked: Map<Target, Promise<Task>>
  /** Read afresh, because one that was named was not known yet. */
  catalog?: WorkspaceCatalog
}

const noteOfGuards = new NoteKey<Guards>(() => ({ before: [], after: [], asked: new Map() }))

export function guardsOf({ notes }: Pick<Line, 'notes'>): Guards {
  return notes.of(noteOfGuards)
}

/** Throws GatewayError for a guardrail that is not known: a rule that cannot be found is not a rule that was kept. */
export async function guardrailsFor(
  { task, settings, line }: Pick<TargetRequest, 'task' | 'settings' | 'line'>,
  hook: Hook,
): Promise<readonly Guardrail[]> {
  // such an answer is numbers or pictures: there is nothing that checks could read
  if (hook === 'output' && task.protocol.endpoint?.answersText === false) return []
  const { workspace, organisationDefaults, guardrails = [] } = guardsOf(line).catalog ?? task.catalog
  const refs = [
    ...listOf(hook === 'input' ? settings.inputGuardrails : settings.outputGuardrails),
    ...listOf(workspace.defaults[`${hook}_guardrails`]),
    ...ofOrganisation(organisationDefaults, workspace.id, hook),
  ]
  if (refs.length === 0) return []
  const { resolveGuardrails } = await import('../../../guardrails/read.ts')
  return resolveGuardrails({ refs, hook, saved: guardrails, newId: () => line.ports.ambient.newId() })
}

/** Those of the organisation hold in every workspace that is not excluded. */
function ofOrganisation(
  defaults: GuardrailDefaults | undefined,
  workspaceId: string,
  hook: Hook,
): readonly GuardrailRef[] {
  const excluded = hook === 'input' ? defaults?.excludedFromInput : defaults?.excludedFromOutput
  if (defaults === undefined || excluded?.includes(workspaceId) === true) return []
  return hook === 'input' ? defaults.inputGuardrails : defaults.outputGuardrails
}

function listOf(value: unknown): readonly GuardrailRef[] {
  return Array.isArray(value) ? value : []
}

/** The field's names for the kinds of requests, where they are not ours. */
const requestTypes: Readonly<Partial<Record<Operation, string>>> = {
  chat: 'chatComplete',
  messages: 'messages',
  responses: 'createModelResponse',
  embed: 'embed',
  complete: 'complete',
  moderate: 'moderate',
  rerank: 'rerank',
  imageGenerate: 'imageGenerate',
  imageEdit: 'imageEdit',
  imageVariation: 'imageVariation',
  createSpeech: 'createSpeech',
  createTranscription: 'createTranscription',
  createTranslation: 'createTranslation',
}

export interface Judging {
  readonly task: Task
  readonly target: Target
  readonly hook: Hook
  readonly guardrails: readonly Guardrail[]
  readonly content: CheckedContent
  readonly line: Line
  /** Of which the content is; absent = the last one. */
  readonly attempt?: number
}

/** Runs the guardrails that are waited for; the others run beside, and are only noted. */
export async function judge(judging: Judging): Promise<GuardrailOutcome> {
  const { guardrails, line, hook } = judging
  const state = guardsOf(line)
  judgeAside(judging)
  const outcome = await run({ ...judging, guardrails: guardrails.filter(({ isAsync }) => !isAsync) })
  if (hook === 'input') state.before = outcome.results
  else state.after = tellable(outcome)
  return outcome
}

function judgeAside(judging: Judging): void {
  const guardrails = judging.guardrails.filter(({ isAsync }) => isAsync)
  if (guardrails.length === 0) return
  // they end before the record is closed
  judging.line.unfinished.push(run({ ...judging, guardrails }).catch(() => {}))
}

/** What `holders` say of a stream so far; it is noted with the whole answer, or when it ends here. */
export async function judgeWindow(judging: Judging, holders: readonly Guardrail[]): Promise<GuardrailOutcome> {
  const held = { ...judging, guardrails: holders }
  const outcome = await look(held)
  guardsOf(judging.line).after = tellable(outcome)
  if (outcome.deniedBy === undefined) return outcome
  note(outcome, held)
  judgeAside(judging)
  return outcome
}

/** Of an answer that was denied or changed, the client is not shown what the checks quote of it. */
function tellable({ results, deniedBy, hasChanged }: GuardrailOutcome): readonly HookResult[] {
  if (deniedBy === undefined && !hasChanged) return results
  return results.map((result) => ({ ...result, checks: result.checks.map(withoutQuotes) }))
}

function withoutQuotes(check: CheckResult): CheckResult {
  if (check.data === null) return check
  const { textExcerpt: _, ...data } = check.data
  return { ...check, data }
}

/** A check has failed that does not deny. */
export function hasFailed(line: Line): boolean {
  const { before, after } = guardsOf(line)
  return [...before, ...after].some(({ verdict }) => !verdict)
}

/** One of those of the answer has. */
export function hasAnswerFailed(line: Line): boolean {
  return guardsOf(line).after.some(({ verdict }) => !verdict)
}

async function run(judging: Judging): Promise<GuardrailOutcome> {
  const outcome = await look(judging)
  note(outcome, judging)
  return outcome
}

async function look({ task, target, hook, guardrails, content, line }: Judging): Promise<GuardrailOutcome> {
  const { guardrailPorts } = await import('./guard-ports.ts')
  const { runGuardrails } = await import('../../../guardrails/run.ts')
  return runGuardrails({
    guardrails,
    content,
    circumstances: circumstancesOf(task, target, hook, line),
    ports: guardrailPorts(task, line),
  })
}

function note({ results }: GuardrailOutcome, judging: Judging): void {
  const { hook, line } = judging
  const { record } = line
  const { attempt = record.attempts.length } = judging
  record.guardrails.push(...results.map((result) => noteOf(result, hook, attempt)))
}

function circumstancesOf(task: Task, target: Target, hook: Hook, line: Line): CheckContext {
  return {
    hook,
    requestType: requestTypes[task.operation] ?? task.operation,
    headers: task.call.headers,
    requestJson: task.body,
    metadata: task.metadata,
    model: target.model,
    modelAsked: task.peek.model.replace(/^@[^/]+\//, ''),
    providerSlug: target.provider.slug,
    aiProviderId: target.aiProvider.id,
    isStream: task.peek.isStream,
    placeholders: placeholdersOf(target, line),
    ...(hook === 'output' ? { status: 200 } : {}),
  }
}

const mostTold = 3
const longestReason = 200

/** `default.requiredMetadataKeys` → `the check 'required metadata keys' failed (…)`. */
function failureOf({ id, data, error }: CheckResult): string {
  const name = id
    .slice(id.indexOf('.') + 1)
    .replace(/([a-z0-9])(?=[A-Z])/g, '$1 ')
    .toLowerCase()
  const said = error === undefined ? data?.explanation : error.message
  const reason = typeof said === 'string' && said !== '' ? ` (${said.slice(0, longestReason)})` : ''
  return `the check '${name}' ${error === undefined ? 'failed' : 'could not be completed'}${reason}`
}

/** Everything found so far, as the client is shown it; undefined when there is nothing. */
export function hookResultsOf(line: Line): HookResults | undefined {
  const { before, after } = guardsOf(line)
  if (before.length === 0 && after.length === 0) return undefined
  return { before_request_hooks: before, after_request_hooks: after }
}

/** The people who read the message see no `hook_results`, so it says which checks failed, and why. */
export function denied(guardrail: Guardrail, hook: Hook, line: Line): GatewayError {
  const side = hook === 'input' ? 'request' : 'answer'
  const { before, after } = guardsOf(line)
  const found = (hook === 'input' ? before : after).find(({ id, verdict }) => id === guardrail.id && !verdict)
  const failed = found?.checks.filter(({ verdict }) => !verdict) ?? []
  const why = failed.length === 0 ? '' : `: ${failed.slice(0, mostTold).map(failureOf).join('; ')}`
  return new GatewayError(
    'guardrail_denied',
    `the guardrail '${guardrail.id}' denied the ${side}${why}; more is in hook_results`,
    {
      hookResults: hookResultsOf(line),
      isRetryable: false,
      deniedHook: hook,
      ...(guardrail.isSoftDeny ? { isSoftDeny: true } : {}),
    },
  )
}
