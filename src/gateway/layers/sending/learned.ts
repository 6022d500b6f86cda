/** What refusals of providers have taught this process: for an hour, by integration, model and wire. */
import { editTopLevel, parseJsonObject } from '../../../bytes/json-text.ts'
import { GatewayError } from '../../../errors.ts'
import type { Warning } from '../../../inference/index.ts'
import { type Lesson, mend, readLesson } from '../../../protocols/fit/lessons.ts'
import { type Written, wireOf } from '../../line/choice.ts'
import type { TargetRequest } from '../../line/target-request.ts'

interface Learned {
  readonly lesson: Lesson
  readonly untilMs: number
}

const keptMs = 3_600_000
const mostModels = 1_000
/** More than a provider refuses one by one. */
const mostOfModel = 8
const learned = new Map<string, readonly Learned[]>()

/** The body as the lessons so far make it. */
export function applyLessons(written: Written, request: TargetRequest): Written {
  const nowMs = request.line.ports.ambient.now()
  const lessons = (learned.get(keyOf(request)) ?? []).filter(({ untilMs }) => untilMs > nowMs)
  return lessons.length === 0
    ? written
    : mendWritten(
        written,
        lessons.map(({ lesson }) => lesson),
      )
}

/** The same body without what was refused; undefined = the refusal names nothing that may be mended. */
export function learnFrom(thrown: unknown, written: Written, request: TargetRequest): Written | undefined {
  if (!isRefusal(thrown) || !isJson(written)) return undefined
  const { param } = thrown.facts
  const body = parseJsonObject(written.body)
  const isPictures = wireOf(request.choice) === 'openai-images'
  const lesson = readLesson({ message: messageOf(thrown), param, body, isPictures })
  if (lesson === undefined) return undefined
  const mended = mendWritten(written, [lesson])
  if (mended === written) return undefined
  keep(lesson, request)
  return mended
}

function isRefusal(thrown: unknown): thrown is GatewayError {
  return (
    thrown instanceof GatewayError &&
    thrown.code === 'upstream_rejected' &&
    (thrown.status === 400 || thrown.status === 422)
  )
}

/** Without the provider's name, which readers of errors put before it. */
function messageOf({ message, facts: { rawBody } }: GatewayError): string {
  const said = rawBody === undefined ? undefined : /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(rawBody)?.[1]
  if (said === undefined) return message
  try {
    return String(JSON.parse(said))
  } catch {
    return message
  }
}

function mendWritten(written: Written, lessons: readonly Lesson[]): Written {
  if (!isJson(written)) return written
  const { edits, changed } = mend(parseJsonObject(written.body), lessons)
  if (changed.length === 0) return written
  const warnings = changed.map(({ field, isDropped }): Warning => {
    return {
      type: isDropped ? 'dropped' : 'changed',
      field,
      reason: 'the provider refused it; learned from its answer',
    }
  })
  return { ...written, body: editTopLevel(written.body, edits), warnings: [...written.warnings, ...warnings] }
}

/** A form is not mended. */
function isJson({ contentType = 'application/json' }: Written): boolean {
  return contentType === 'application/json'
}

function keep(lesson: Lesson, request: TargetRequest): void {
  const key = keyOf(request)
  const untilMs = request.line.ports.ambient.now() + keptMs
  const before = (learned.get(key) ?? []).filter((each) => each.lesson.path !== lesson.path)
  if (learned.size >= mostModels && !learned.has(key)) learned.clear()
  learned.set(key, [...before, { lesson, untilMs }].slice(-mostOfModel))
}

function keyOf({ target, choice }: TargetRequest): string {
  return [target.integration.id, target.model, wireOf(choice)].join(' ')
}
