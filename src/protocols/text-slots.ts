/** Where the bodies of the client wires hold text, and the same body with other text there. One walk for all of them: their shapes do not collide. */
import { parseExact } from '../bytes/exact-json.ts'
import { isObject } from './fields.ts'
import type { JsonObject } from './protocol.ts'
import { descriptionsBelow, type FoundText, jsonText, type Path, type Place, textsBelow } from './text-walk.ts'

export interface TextSlot extends FoundText {
  /** Belongs to the last message of a request; true for every text of an answer. */
  readonly isLast: boolean
}

/** System prompts, in each wire's place. */
const systemKeys = ['system', 'instructions', 'systemInstruction', 'system_instruction']
/** Turns of a conversation, items, or texts beside each other. */
const conversationKeys = ['messages', 'contents', 'input']
/** Beside a conversation, or in its place. */
const besideKeys = ['prompt', 'suffix', 'query', 'documents', 'prediction']
/** What tools and the form of the answer say of themselves; the model reads it like a system prompt. */
const definitionKeys = [
  'tools',
  'functions',
  'response_format',
  'text',
  'output_config',
  'output_format',
  'generationConfig',
]

/** The texts of a request: system prompts and tool descriptions first, then messages or input items in their order. */
export function requestTexts(body: JsonObject): readonly TextSlot[] {
  const system = [
    ...systemKeys.flatMap((key) => textsBelow(body[key], [key], { role: 'system' })),
    ...definitionKeys.flatMap((key) => descriptionsBelow(body[key], [key])),
  ]
  const last = Math.max(...conversationKeys.map((key) => lastOf(body[key])))
  const messages = [
    ...conversationKeys.flatMap((key) => conversationTexts(body[key], key)),
    ...besideKeys.flatMap((key) =>
      textsBelow(body[key], [key], { role: 'user' }).map((found) => ({ ...found, message: last })),
    ),
  ]
  return [
    ...system.map((found) => ({ ...found, isLast: false })),
    ...messages.map(({ message, ...found }) => ({ ...found, isLast: message === last })),
  ]
}

/** The texts of a whole answer, of all its choices: what is said, thinking, and the arguments of tool calls as JSON. */
export function answerTexts(body: JsonObject): readonly TextSlot[] {
  const found = [
    ...listOf(body.choices).flatMap((choice, at) => choiceTexts(choice, ['choices', at])),
    ...contentTexts(body.content, ['content']),
    ...listOf(body.content).flatMap((block, at) => [
      ...member(block, 'thinking', ['content', at], 'reasoning'),
      ...member(block, 'input', ['content', at], 'tool-call'),
    ]),
    ...listOf(body.output).flatMap((item, at) => itemTexts(item, ['output', at])),
    ...listOf(body.candidates).flatMap((candidate, at) =>
      isObject(candidate.content) ? partTexts(candidate.content.parts, ['candidates', at, 'content', 'parts']) : [],
    ),
    // a transcript
    ...contentTexts(body.text, ['text']),
  ]
  return found.map((slot) => ({ ...slot, isLast: true }))
}

/** The same body with other texts; what is not in the map stays, by reference. */
export function replaceTexts(
  body: JsonObject,
  slots: readonly TextSlot[],
  texts: ReadonlyMap<number, string>,
): JsonObject {
  let changed: unknown = body
  for (const [at, text] of texts) {
    const slot = slots[at]
    if (slot !== undefined) changed = withValue(changed, slot.path, encode(text, slot))
  }
  return changed as JsonObject
}

function encode(text: string, { base64After: head }: FoundText): string {
  return head === undefined ? text : head + Buffer.from(text).toString('base64')
}

type InConversation = FoundText & { readonly message: number }

function lastOf(conversation: unknown): number {
  return Array.isArray(conversation) ? conversation.length - 1 : 0
}

/** A list of turns; one turn or text alone counts as a list of one. */
function conversationTexts(value: unknown, key: string): readonly InConversation[] {
  if (!Array.isArray(value)) return turnTexts(value, [key]).map((found) => ({ ...found, message: 0 }))
  const last = value.length - 1
  return value.flatMap((turn: unknown, at) =>
    // texts beside each other, not turns of a conversation: each is the last
    turnTexts(turn, [key, at]).map((found) => ({ ...found, message: isBareText(turn) ? last : at })),
  )
}

function isBareText(turn: unknown): boolean {
  return typeof turn === 'string' || (isObject(turn) && turn.role === undefined && typeof turn.text === 'string')
}

function turnTexts(turn: unknown, path: Path): readonly FoundText[] {
  return textsBelow(turn, path, { role: roleOf(turn, path) })
}

function roleOf(turn: unknown, [key]: Path): string {
  if (!isObject(turn) || isBareText(turn)) return 'user'
  if (key === 'contents') return turn.role === 'model' ? 'assistant' : 'user'
  return typeof turn.role === 'string' ? turn.role : 'tool'
}

const said: Place = { role: 'assistant' }

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map((each: unknown) => (isObject(each) ? each : {})) : []
}

function choiceTexts(choice: JsonObject, path: Path): readonly FoundText[] {
  const { message } = choice
  if (!isObject(message)) return contentTexts(choice.text, [...path, 'text'])
  const inMessage = [...path, 'message']
  return [
    ...contentTexts(message.content, [...inMessage, 'content']),
    ...contentTexts(message.refusal, [...inMessage, 'refusal']),
    ...(isObject(message.audio) ? contentTexts(message.audio.transcript, [...inMessage, 'audio', 'transcript']) : []),
    ...member(message, 'reasoning_content', inMessage, 'reasoning'),
    ...member(message, 'reasoning', inMessage, 'reasoning'),
    ...functionTexts(message.tool_calls, inMessage),
    ...(isObject(message.function_call)
      ? member(message.function_call, 'arguments', [...inMessage, 'function_call'], 'tool-call')
      : []),
  ]
}

function itemTexts(item: JsonObject, path: Path): readonly FoundText[] {
  const content = contentTexts(item.content, [...path, 'content'])
  // what it calls a tool with: arguments as JSON, or words
  if (item.type !== 'reasoning')
    return [...content, ...member(item, item.type === 'custom_tool_call' ? 'input' : 'arguments', path, 'tool-call')]
  return [...content, ...contentTexts(item.summary, [...path, 'summary'])].map((found) => ({
    ...found,
    kind: 'reasoning',
  }))
}

function functionTexts(calls: unknown, path: Path): readonly FoundText[] {
  return listOf(calls).flatMap((call, at) => {
    const place = [...path, 'tool_calls', at]
    if (isObject(call.function)) return member(call.function, 'arguments', [...place, 'function'], 'tool-call')
    return isObject(call.custom) ? member(call.custom, 'input', [...place, 'custom'], 'tool-call') : []
  })
}

/** Google's parts of an answer; one alone counts as a list of one. */
function partTexts(parts: unknown, path: Path): readonly FoundText[] {
  if (Array.isArray(parts)) return parts.flatMap((part: unknown, at) => partTexts(part, [...path, at]))
  if (!isObject(parts)) return []
  return [
    ...member(parts, 'text', path, parts.thought === true ? 'reasoning' : undefined),
    ...['functionCall', 'function_call'].flatMap((key) => {
      const call = parts[key]
      return isObject(call) ? member(call, 'args', [...path, key], 'tool-call') : []
    }),
  ]
}

function member(holder: JsonObject, key: string, path: Path, kind?: Place['kind']): readonly FoundText[] {
  return jsonText(holder[key], [...path, key], kind === undefined ? said : { ...said, kind })
}

/** A string, or parts; results of tools and searches have parts of their own. */
function contentTexts(content: unknown, path: Path): readonly FoundText[] {
  if (typeof content === 'string') return [{ text: content, path, ...said }]
  if (!Array.isArray(content)) return []
  return content.flatMap((part: unknown, at) => {
    if (typeof part === 'string') return [{ text: part, path: [...path, at], ...said }]
    if (!isObject(part)) return []
    const here = [...path, at]
    if (isText(part)) return [{ text: part.text, path: [...here, 'text'], ...said }]
    if (typeof part.refusal === 'string') return [{ text: part.refusal, path: [...here, 'refusal'], ...said }]
    return contentTexts(part.content, [...here, 'content'])
  })
}

/** `text`, `input_text`, `output_text`; thinking has a key of its own. */
function isText(part: JsonObject): part is JsonObject & { readonly text: string } {
  return typeof part.text === 'string' && (part.type === undefined || String(part.type).endsWith('text'))
}

function withValue(node: unknown, path: Path, value: string): unknown {
  const [key, ...rest] = path
  if (key === undefined) return isObject(node) ? parseExact(value) : value
  if (Array.isArray(node)) return node.with(Number(key), withValue(node[Number(key)], rest, value))
  if (!isObject(node)) return node
  // a signature signs the words that were thought
  const { signature: _, ...unsigned } = node
  return { ...(key === 'thinking' ? unsigned : node), [key]: withValue(node[String(key)], rest, value) }
}
