/** Runs guardrails over a request or an answer: what they found, and what goes on. Never throws: a check that breaks says so in its result. */
import { PatternTimeout } from '../patterns/pattern.ts'
import type {
  CheckContext,
  CheckedContent,
  CheckedText,
  CheckSubject,
  Guardrail,
  GuardrailPorts,
  Hook,
  ReadyCheck,
  Verdict,
} from './guardrail.ts'
import { mayReplaceText } from './may-replace-text.ts'
import { type CompletedCheck, checkResult, type HookResult, hookResult } from './result.ts'

/** However long a check may wait by itself, after this it has failed to answer. */
const longestCheckMs = 30_000

export interface GuardrailRun {
  readonly guardrails: readonly Guardrail[]
  readonly content: CheckedContent
  readonly circumstances: CheckContext
  readonly ports: GuardrailPorts
}

export interface GuardrailOutcome {
  /** With every change that was made. */
  readonly content: CheckedContent
  readonly hasChanged: boolean
  /** In the order of the guardrails. */
  readonly results: readonly HookResult[]
  /** The first that failed and may deny. */
  readonly deniedBy?: Guardrail
  readonly hasFailed: boolean
  /** To go on with to the provider; '' = none of this name may go. Absent = nothing was said of headers. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Mutators first, each upon the last one's work. Then, at the same time, the guardrails that only look,
 * and those that may change something, one after the other, so that no change undoes another.
 */
export async function runGuardrails(run: GuardrailRun): Promise<GuardrailOutcome> {
  const { guardrails } = run
  const results = new Map<Guardrail, HookResult>()
  const headers: Record<string, string> = {}
  const note = (guardrail: Guardrail, one: RanGuardrail) => {
    results.set(guardrail, one.result)
    Object.assign(headers, one.headers)
  }
  const inTurn = async (list: readonly Guardrail[], content: CheckedContent): Promise<CheckedContent> => {
    let current = content
    for (const guardrail of list) {
      const one = await runOne(guardrail, { ...run, content: current })
      note(guardrail, one)
      current = one.content
    }
    return current
  }
  const mutated = await inTurn(
    guardrails.filter(({ type }) => type === 'mutator'),
    run.content,
  )
  const rest = guardrails.filter(({ type }) => type !== 'mutator')
  const looking = rest.filter((guardrail) => !mayReplaceText(guardrail))
  const [content] = await Promise.all([
    inTurn(rest.filter(mayReplaceText), mutated),
    ...looking.map(async (guardrail) => {
      note(guardrail, await runOne(guardrail, { ...run, content: mutated }))
    }),
  ])
  const inOrder = guardrails.flatMap((guardrail) => results.get(guardrail) ?? [])
  const deniedBy = guardrails.find((guardrail) => guardrail.deny && results.get(guardrail)?.verdict === false)
  return {
    content,
    hasChanged: content !== run.content,
    results: inOrder,
    hasFailed: inOrder.some(({ verdict }) => !verdict),
    ...(deniedBy === undefined ? {} : { deniedBy }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  }
}

interface RanGuardrail {
  readonly result: HookResult
  readonly content: CheckedContent
  readonly headers: Readonly<Record<string, string>>
}

/** One guardrail: its checks side by side on the same content, or, in sequence, each upon what the last one left. */
async function runOne(guardrail: Guardrail, run: GuardrailRun): Promise<RanGuardrail> {
  const { ambient } = run.ports
  const startedAtMs = ambient.now()
  const isInTurn = guardrail.isSequential || guardrail.type === 'mutator'
  const first = isInTurn
    ? []
    : await Promise.all(guardrail.checks.map((check) => runCheck(check, guardrail, run.content, run)))
  let content = run.content
  const ran: CompletedCheck[] = []
  for (const [at, check] of guardrail.checks.entries()) {
    // what was found on the first content holds for the verdict; a change is made upon the changes before it
    const before = first[at]
    const isStale = before?.hasChanged === true && content !== run.content
    const now = before === undefined || isStale ? await runCheck(check, guardrail, content, run) : before
    ran.push(before === undefined ? now : { ...before, hasChanged: now.hasChanged || before.hasChanged })
    content = apply(now.verdict, guardrail, content, run.circumstances.hook)
  }
  const checks = ran.map(checkResult)
  return {
    result: hookResult(guardrail, checks, { startedAtMs, endedAtMs: ambient.now() }),
    content,
    headers: Object.assign({}, ...ran.map(({ verdict }) => verdict.headers)) as Record<string, string>,
  }
}

async function runCheck(
  check: ReadyCheck,
  guardrail: Guardrail,
  content: CheckedContent,
  { circumstances, ports }: GuardrailRun,
): Promise<CompletedCheck> {
  const startedAtMs = ports.ambient.now()
  const end = (verdict: Verdict, more: Partial<CompletedCheck> = {}): CompletedCheck => ({
    id: check.id,
    startedAtMs,
    endedAtMs: ports.ambient.now(),
    verdict,
    hasChanged: isChange(verdict, inScope(guardrail, content, circumstances.hook), content),
    isSkipped: false,
    ...more,
  })
  if (!check.hooks.includes(circumstances.hook)) {
    const explanation = `this check does not apply to ${circumstances.hook}`
    return end({ isPassed: true, data: { explanation } }, { isSkipped: true })
  }
  const subject = subjectOf(guardrail, content, circumstances)
  if (check.needsText === true && subject.text.trim() === '')
    return end({ isPassed: true, data: { explanation: 'there is no text to check' } }, { isSkipped: true })
  try {
    return end(await inTime(check, subject, ports))
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    // a text that a pattern could not be tried on in time is not one that passed
    const isPassed = !check.failsOnError && !(error instanceof PatternTimeout)
    return end({ isPassed }, { error })
  }
}

function inTime(check: ReadyCheck, subject: CheckSubject, ports: GuardrailPorts): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const cancel = ports.ambient.schedule(longestCheckMs, () =>
      reject(new Error(`the check did not answer within ${longestCheckMs} ms`)),
    )
    Promise.resolve()
      .then(() => check.run(subject, ports))
      .then(resolve, reject)
      .finally(cancel)
  })
}

function subjectOf(guardrail: Guardrail, content: CheckedContent, circumstances: CheckContext): CheckSubject {
  const texts = inScope(guardrail, content, circumstances.hook).map(({ slot }) => slot.text)
  return {
    ...circumstances,
    texts,
    text: texts.join('\n'),
    ...(content.json === undefined ? {} : { json: content.json }),
  }
}

interface Place {
  readonly at: number
  readonly slot: CheckedText
}

const systemRoles = new Set(['system', 'developer'])

/** The last message, or all; system prompts, thinking and tool calls as the guardrail says. */
function inScope(guardrail: Guardrail, { slots }: CheckedContent, hook: Hook): readonly Place[] {
  return slots.map((slot, at) => ({ at, slot })).filter(({ slot }) => isInScope(guardrail, slot, hook))
}

export function isInScope(guardrail: Guardrail, slot: Omit<CheckedText, 'text'>, hook: Hook): boolean {
  // what is taken out of a message has to be taken out of the call that repeats it, too
  const usual = hook === 'input' && mayReplaceText(guardrail)
  if (slot.kind === 'reasoning' && !(guardrail.isReasoningInScope ?? usual)) return false
  if (slot.kind === 'tool-call' && !(guardrail.areToolCallsInScope ?? usual)) return false
  if (systemRoles.has(slot.role) && !slot.isLast) return guardrail.isSystemInScope
  return guardrail.messages === 'all' || slot.isLast
}

function isChange({ texts, json }: Verdict, places: readonly Place[], content: CheckedContent): boolean {
  const isBody = json !== undefined && content.withJson !== undefined
  return isBody || (texts?.some((text, at) => text !== places[at]?.slot.text) ?? false)
}

function apply(verdict: Verdict, guardrail: Guardrail, content: CheckedContent, hook: Hook): CheckedContent {
  const places = inScope(guardrail, content, hook)
  if (!isChange(verdict, places, content)) return content
  const { texts, json } = verdict
  const changed = json === undefined ? content : (content.withJson?.(json) ?? content)
  if (texts === undefined) return changed
  const byIndex = places.flatMap(({ at, slot }, order) => {
    const text = texts[order]
    return text === undefined || text === slot.text ? [] : [[at, text] as const]
  })
  return changed.withTexts(new Map(byIndex))
}
