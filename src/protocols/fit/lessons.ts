/** What a provider's refusal of a parameter teaches, in the words of OpenAI, Anthropic, Google, Amazon Bedrock and their like; and how a body is mended by it. */
import { isObject } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { nearestEffort } from './effort.ts'

/** `path` is a top-level key, or one level below it with a dot between. */
export type Lesson =
  | { readonly type: 'drop'; readonly path: string }
  | { readonly type: 'rename'; readonly path: string; readonly to: string }
  | { readonly type: 'set'; readonly path: string; readonly from: unknown; readonly to: unknown }

/** Leaving these out, or lowering them, changes how an answer is made and not what was asked for. */
const droppable: ReadonlySet<string> = new Set([
  'temperature',
  'top_p',
  'topP',
  'top_k',
  'topK',
  'k',
  'presence_penalty',
  'presencePenalty',
  'frequency_penalty',
  'frequencyPenalty',
  'logit_bias',
  'seed',
  'stop',
  'stop_sequences',
  'stopSequences',
  'parallel_tool_calls',
  'reasoning_effort',
  'effort',
  'thinkingLevel',
  'verbosity',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'service_tier',
  'store',
  'metadata',
  'context_management',
  'style',
])
/** Only where pictures are asked for: there it names how they are handed over, elsewhere what the answer is. */
const droppableOfPictures: ReadonlySet<string> = new Set(['response_format', 'quality', 'background', 'moderation'])
const renamable: readonly (readonly [string, string])[] = [
  ['max_tokens', 'max_completion_tokens'],
  ['max_completion_tokens', 'max_tokens'],
]
const caps: ReadonlySet<string> = new Set([
  'max_tokens',
  'max_completion_tokens',
  'maxTokens',
  'maxOutputTokens',
  'max_output_tokens',
])
const holders = [
  'generationConfig',
  'inferenceConfig',
  'additionalModelRequestFields',
  'reasoning',
  'output_config',
] as const

const quoted = /['"`‘“]([a-zA-Z_][\w.]*)['"`’”]/
/** Each finds the name of what is refused. */
const refusals: readonly RegExp[] = [
  /^(?:unsupported|unknown|invalid|unrecognized) (?:request )?(?:parameter|argument|field)s?[^'"`]*['"`]([\w.]+)['"`]/i,
  /^unsupported value: ['"`]([\w.]+)['"`] does not support/i,
  /unrecognized request arguments? supplied: ([\w.]+)/i,
  /model incompatible request argument supplied: ([\w.]+)/i,
  /['"`]?([\w.]+)['"`]?: extra inputs are not permitted/i,
  /['"`]?([\w.]+)['"`]? is (?:deprecated|not supported|not allowed|unsupported) (?:for|with|by|on) this model/i,
  /extraneous key \[([\w.]+)\] is not permitted/i,
  /model (?:doesn't|does not) support the ([\w.]+) field/i,
  /unknown name "([\w.]+)"/i,
  /this model does not support the ['"`]?([\w.]+)['"`]? parameter/i,
  /parameter ['"`]([\w.]+)['"`] is not supported/i,
]
const both = /['"`]?temperature['"`]? and ['"`]?top_?p['"`]? cannot both be specified/i
const penalty = /penalty is not enabled/i
const useInstead = /use ['"`]([\w.]+)['"`] instead/i
const mostTokens = [
  /max_tokens: \d+ > (\d+)/,
  /supports? at most (\d+) (?:completion|output)? ?tokens/i,
  /maximum tokens you requested exceeds the model limit of (\d+)/i,
] as const
const supported = /supported values are:? (.+?)\.?$/i

interface Refused {
  readonly message: string
  readonly param?: string | undefined
  /** As it was sent. */
  readonly body: JsonObject
  readonly isPictures: boolean
}

/** undefined = nothing that may be mended was refused by name. */
export function readLesson(refused: Refused): Lesson | undefined {
  const { message, param, body } = refused
  if (both.test(message)) return dropOf(['top_p', 'topP'], refused)
  if (penalty.test(message))
    return dropOf(['presencePenalty', 'frequencyPenalty', 'presence_penalty', 'frequency_penalty'], refused)
  const lowered = readCap(message, body)
  if (lowered !== undefined) return lowered
  const effort = readEffort(message, param, body)
  if (effort !== undefined) return effort
  const name = nameIn(message) ?? (quoted.test(message) ? undefined : param)
  if (name === undefined) return undefined
  const renamed = renamable.find(([from, to]) => name === from && useInstead.exec(message)?.[1] === to)
  if (renamed !== undefined && body[name] !== undefined) return { type: 'rename', path: name, to: renamed[1] }
  return dropOf([name, name.slice(name.lastIndexOf('.') + 1)], refused)
}

function nameIn(message: string): string | undefined {
  for (const pattern of refusals) {
    const name = pattern.exec(message)?.[1]
    if (name !== undefined) return name
  }
  return undefined
}

function dropOf(names: readonly string[], { body, isPictures }: Refused): Lesson | undefined {
  for (const name of names) {
    const last = name.slice(name.lastIndexOf('.') + 1)
    const isSafe = droppable.has(last) || (isPictures && droppableOfPictures.has(last))
    const path = isSafe ? placeOf(last, body) : undefined
    if (path !== undefined) return { type: 'drop', path }
  }
  return undefined
}

function readCap(message: string, body: JsonObject): Lesson | undefined {
  const most = mostTokens.flatMap((pattern) => pattern.exec(message)?.[1] ?? [])[0]
  if (most === undefined) return undefined
  for (const name of caps) {
    const path = placeOf(name, body)
    const from = path === undefined ? undefined : valueAt(body, path)
    if (path !== undefined && typeof from === 'number' && from > Number(most))
      return { type: 'set', path, from, to: Number(most) }
  }
  return undefined
}

/** The nearest of the words that the refusal lists. */
function readEffort(message: string, param: string | undefined, body: JsonObject): Lesson | undefined {
  const listed = supported.exec(message)?.[1]
  if (listed === undefined || !/effort/i.test(`${message} ${param ?? ''}`)) return undefined
  const efforts = [...listed.matchAll(/['"`](\w+)['"`]/g)].map(([, word]) => word as string)
  const path = body.reasoning_effort === undefined ? placeOf('effort', body) : 'reasoning_effort'
  const from = path === undefined ? undefined : valueAt(body, path)
  const to = typeof from === 'string' && efforts.length > 0 ? nearestEffort(from, { efforts }) : undefined
  return path === undefined || to === undefined || to === from ? undefined : { type: 'set', path, from, to }
}

/** Where a name stands in the body; undefined = nowhere. */
function placeOf(name: string, body: JsonObject): string | undefined {
  if (body[name] !== undefined) return name
  const holder = holders.find((key) => isObject(body[key]) && (body[key] as JsonObject)[name] !== undefined)
  return holder === undefined ? undefined : `${holder}.${name}`
}

function valueAt(body: JsonObject, path: string): unknown {
  const [top = '', inner] = path.split('.')
  const value = body[top]
  return inner === undefined ? value : isObject(value) ? value[inner] : undefined
}

/** Top-level edits that mend the body, undefined = remove; and what was changed. A lesson about what is not there changes nothing. */
export function mend(body: JsonObject, lessons: readonly Lesson[]) {
  const edits: Record<string, unknown> = {}
  const changed: { readonly field: string; readonly isDropped: boolean }[] = []
  for (const lesson of lessons) {
    const now = { ...body, ...edits }
    const value = valueAt(now, lesson.path)
    if (value === undefined || (lesson.type === 'set' && !isAbout(lesson.from, lesson.to, value))) continue
    changed.push({ field: lesson.path, isDropped: lesson.type === 'drop' })
    setAt(now, edits, lesson.path, lesson.type === 'set' ? lesson.to : undefined)
    if (lesson.type === 'rename' && now[lesson.to] === undefined) edits[lesson.to] = value
  }
  return { edits, changed }
}

/** A lower cap concerns every higher one; a word concerns itself. */
function isAbout(from: unknown, to: unknown, value: unknown): boolean {
  return typeof to === 'number' ? typeof value === 'number' && value > to : value === from
}

function setAt(body: JsonObject, edits: Record<string, unknown>, path: string, value: unknown): void {
  const [top = '', inner] = path.split('.')
  if (inner === undefined) {
    edits[top] = value
    return
  }
  const { [inner]: _, ...rest } = body[top] as JsonObject
  const members = value === undefined ? rest : { ...rest, [inner]: value }
  edits[top] = Object.keys(members).length > 0 ? members : undefined
}
