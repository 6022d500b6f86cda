/** Where the bodies of the client wires hold text, and the same body with other text there. One walk for all of them: their shapes do not collide. */
import { isObject, textOr } from './fields.ts'
import { candidateTexts, systemTexts, turnTexts } from './google-gemini/texts.ts'
import type { JsonObject } from './protocol.ts'

type Path = readonly (string | number)[]

export interface TextSlot {
  readonly text: string
  readonly role: string
  /** Belongs to the last message of a request; true for every text of an answer. */
  readonly isLast: boolean
  /** Of an answer, what is not said to the reader; absent = what is said. */
  readonly kind?: 'reasoning' | 'tool-call'
  readonly path: Path
}

/** The texts of a request: messages or input items in their order, system prompts among them. */
export function requestTexts(body: JsonObject): readonly TextSlot[] {
  const system = [
    ...contentTexts(body.system, ['system'], 'system'),
    ...contentTexts(body.instructions, ['instructions'], 'system'),
    ...systemTexts(body),
  ]
  const last = Math.max(
    ...[body.messages, body.input, body.contents].map((list) => (Array.isArray(list) ? list.length - 1 : 0)),
  )
  const messages = [
    ...listTexts(body.messages, 'messages'),
    ...turnTexts(body),
    ...(typeof body.input === 'string'
      ? [{ text: body.input, role: 'user', path: ['input'], message: 0 }]
      : listTexts(body.input, 'input')),
    ...[
      ...contentTexts(body.prompt, ['prompt'], 'user'),
      ...contentTexts(body.suffix, ['suffix'], 'user'),
      ...contentTexts(body.query, ['query'], 'user'),
      ...contentTexts(body.documents, ['documents'], 'user'),
    ].map((slot) => ({ ...slot, message: last })),
  ]
  return [
    ...system.map((slot) => ({ ...slot, isLast: false })),
    ...messages.map(({ message, ...slot }) => ({ ...slot, isLast: message === last })),
  ]
}

/** The texts of a whole answer, of all its choices: what is said, thinking, and the arguments of tool calls as JSON. */
export function answerTexts(body: JsonObject): readonly TextSlot[] {
  const found = [
    ...listOf(body.choices).flatMap((choice, at) => choiceTexts(choice, ['choices', at])),
    ...contentTexts(body.content, ['content'], 'assistant'),
    ...listOf(body.content).flatMap((block, at) => [
      ...kindText(block, 'thinking', ['content', at], 'reasoning'),
      ...kindText(block, 'input', ['content', at], 'tool-call'),
    ]),
    ...listOf(body.output).flatMap((item, at) => itemTexts(item, ['output', at])),
    ...candidateTexts(body),
    // a transcript
    ...contentTexts(body.text, ['text'], 'assistant'),
  ]
  return found.map((slot) => ({ ...slot, isLast: true }))
}

type FoundInAnswer = Omit<TextSlot, 'isLast'>

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map((each: unknown) => (isObject(each) ? each : {})) : []
}

function choiceTexts(choice: JsonObject, path: Path): readonly FoundInAnswer[] {
  const { message } = choice
  if (!isObject(message)) return contentTexts(choice.text, [...path, 'text'], 'assistant')
  const inMessage = [...path, 'message']
  return [
    ...contentTexts(message.content, [...inMessage, 'content'], 'assistant'),
    ...contentTexts(message.refusal, [...inMessage, 'refusal'], 'assistant'),
    ...kindText(message, 'reasoning_content', inMessage, 'reasoning'),
    ...kindText(message, 'reasoning', inMessage, 'reasoning'),
    ...functionTexts(message.tool_calls, inMessage),
  ]
}

function itemTexts(item: JsonObject, path: Path): readonly FoundInAnswer[] {
  const content = contentTexts(item.content, [...path, 'content'], 'assistant')
  if (item.type !== 'reasoning') return [...content, ...calledTexts(item, path)]
  return [...content, ...contentTexts(item.summary, [...path, 'summary'], 'assistant')].map((slot) => ({
    ...slot,
    kind: 'reasoning',
  }))
}

/** A text, or an object as JSON. */
function kindText(
  holder: JsonObject,
  key: string,
  path: Path,
  kind: NonNullable<TextSlot['kind']>,
): readonly FoundInAnswer[] {
  const value = holder[key]
  if (typeof value !== 'string' && !isObject(value)) return []
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return [{ text, kind, role: 'assistant', path: [...path, key] }]
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
    if (slot !== undefined) changed = withValue(changed, slot.path, text)
  }
  return changed as JsonObject
}

type Found = Omit<TextSlot, 'isLast'>

function listTexts(list: unknown, key: string): readonly (Found & { readonly message: number })[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((item: unknown, message) => {
    // texts beside each other, not turns of a conversation: each is the last
    const last = list.length - 1
    if (typeof item === 'string') return [{ text: item, role: 'user', path: [key, message], message: last }]
    if (!isObject(item)) return []
    if (item.role === undefined && isText(item))
      return [{ text: item.text, role: 'user', path: [key, message, 'text'], message: last }]
    const role = typeof item.role === 'string' ? item.role : 'tool'
    return [
      ...contentTexts(item.content, [key, message, 'content'], role),
      ...contentTexts(item.output, [key, message, 'output'], role),
      ...callTexts(item, [key, message]),
    ].map((slot) => ({ ...slot, message }))
  })
}

/** Arguments of tools that were called in earlier turns, in each wire's place. */
function callTexts(item: JsonObject, path: Path): readonly Found[] {
  return [
    ...calledTexts(item, path),
    ...functionTexts(item.tool_calls, path),
    ...listOf(item.content).flatMap((part, at) =>
      part.type === 'tool_use' ? kindText(part, 'input', [...path, 'content', at], 'tool-call') : [],
    ),
  ]
}

/** What an item of the Responses API calls a tool with: arguments as JSON, or words. */
function calledTexts(item: JsonObject, path: Path): readonly FoundInAnswer[] {
  return kindText(item, item.type === 'custom_tool_call' ? 'input' : 'arguments', path, 'tool-call')
}

function functionTexts(calls: unknown, path: Path): readonly FoundInAnswer[] {
  return listOf(calls).flatMap((call, at) => {
    const place = [...path, 'tool_calls', at]
    if (isObject(call.function)) return kindText(call.function, 'arguments', [...place, 'function'], 'tool-call')
    return isObject(call.custom) ? kindText(call.custom, 'input', [...place, 'custom'], 'tool-call') : []
  })
}

/** A string, or parts; results of tools and searches have parts of their own. */
function contentTexts(content: unknown, path: Path, role: string): readonly Found[] {
  if (typeof content === 'string') return [{ text: content, role, path }]
  if (!Array.isArray(content)) return []
  return content.flatMap((part: unknown, at) => {
    if (typeof part === 'string') return [{ text: part, role, path: [...path, at] }]
    if (!isObject(part)) return []
    if (isText(part)) return [{ text: part.text, role, path: [...path, at, 'text'] }]
    return [
      ...contentTexts(part.content, [...path, at, 'content'], role),
      ...(part.type === 'document' ? documentTexts(part.source, [...path, at, 'source'], role) : []),
    ]
  })
}

/** Of a document that is no file: its text, or its parts. */
function documentTexts(source: unknown, path: Path, role: string): readonly Found[] {
  if (!isObject(source)) return []
  if (source.type === 'text') return contentTexts(source.data, [...path, 'data'], role)
  return contentTexts(source.content, [...path, 'content'], role)
}

/** `text`, `input_text`, `output_text`; thinking keeps its signature, so it is left alone. */
function isText(part: JsonObject): part is JsonObject & { readonly text: string } {
  return typeof part.text === 'string' && (part.type === undefined || textOr(part.type).endsWith('text'))
}

function withValue(node: unknown, path: Path, value: string): unknown {
  const [key, ...rest] = path
  if (key === undefined) return isObject(node) ? JSON.parse(value) : value
  if (Array.isArray(node)) return node.with(Number(key), withValue(node[Number(key)], rest, value))
  if (!isObject(node)) return node
  // a signature signs the words that were thought
  const { signature: _, ...unsigned } = node
  return { ...(key === 'thinking' ? unsigned : node), [key]: withValue(node[String(key)], rest, value) }
}
