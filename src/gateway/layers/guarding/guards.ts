/** The guardrails of one request: which apply to a target, and what they have found so far. */
import type { GuardrailDefaults, WorkspaceCatalog } from '../../../catalog/catalog.ts'
import { GatewayError } from '../../../errors.ts'
import type { Circumstances, Content, Guardrail, GuardrailRef, Hook } from '../../../guardrails/guardrail.ts'
import { type CheckResult, type HookResult, type HookResults, noteOf } from '../../../guardrails/result.ts'
import type { GuardrailOutcome } from '../../../guardrails/run.ts'
import type { Settings } from '../../../routing/config.ts'
import type { Line } from '../../line/line.ts'
import type { Operation } from '../../line/operation.ts'
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
  /** Checks that nobody waits for; they end before the record is closed. */
  readonly pending: Promise<unknown>[]
}

/** Of the targets of the config; those of the workspace and the organisation come with the catalog. */
export interface TargetGuardrails {
  readonly input: readonly GuardrailRef[]
  readonly output: readonly GuardrailRef[]
}

/** What a node of a config says of them, as part of a target. */
export function guardrailsIn(settings: Pick<Settings, 'inputGuardrails' | 'outputGuardrails'>): {
  readonly guardrails?: TargetGuardrails
} {
  const { inputGuardrails: input, outputGuardrails: output } = settings
  return input === undefined && output === undefined
    ? {}
    : { guardrails: { input: listOf(input), output: listOf(output) } }
}

const stateOf = new WeakMap<Line['record'], Guards>()

export function guardsOf({ record }: Pick<Line, 'record'>): Guards {
  const known = stateOf.get(record)
  if (known !== undefined) return known
  const made: Guards = { before: [], after: [], asked: new Map(), pending: [] }
  stateOf.set(record, made)
  return made
}

/** Throws GatewayError for a guardrail that is not known: a rule that cannot be found is not a rule that was kept. */
export async function guardrailsFor(task: Task, target: Target, hook: Hook, line: Line): Promise<readonly Guardrail[]> {
  if (line.models === undefined) return []
  // such an answer is numbers or pictures: there is nothing that checks could read
  if (hook === 'output' && task.protocol.endpoint?.answersText === false) return []
  const { workspace, organisationDefaults, guardrails = [] } = guardsOf(line).catalog ?? task.catalog
  const refs = [
    ...(target.guardrails?.[hook] ?? []),
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
  readonly content: Content
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
  if (guardrails.length > 0) guardsOf(judging.line).pending.push(run({ ...judging, guardrails }))
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
export function hasFailed(line: Pick<Line, 'record'>): boolean {
  const { before, after } = guardsOf(line)
  return [...before, ...after].some(({ verdict }) => !verdict)
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

function circumstancesOf(task: Task, target: Target, hook: Hook, line: Line): Circumstances {
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

/** Everything found so far, as the client is shown it; undefined when there is nothing. */
export function hookResultsOf(line: Pick<Line, 'record'>): HookResults | undefined {
  const { before, after } = guardsOf(line)
  if (before.length === 0 && after.length === 0) return undefined
  return { before_request_hooks: before, after_request_hooks: after }
}

export function denied(guardrail: Guardrail, hook: Hook, line: Line): GatewayError {
  const side = hook === 'input' ? 'request' : 'answer'
  return new GatewayError(
    'guardrail_denied',
    `the guardrail '${guardrail.id}' denied the ${side}; what its checks found is in hook_results`,
    {
      hookResults: hookResultsOf(line),
      isRetryable: false,
      deniedHook: hook,
      ...(guardrail.isSoftDeny ? { isSoftDeny: true } : {}),
    },
  )
}

/** Waits for the checks beside the request, so that its record has them. Never throws. */
export async function settleGuards(line: Pick<Line, 'record'>): Promise<void> {
  await Promise.allSettled(guardsOf(line).pending)
}
