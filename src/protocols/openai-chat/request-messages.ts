/** Reads a client's messages. Tool results become parts of a user message; legacy function calls become tool calls. */
import type { Message, Part, Role } from '../../inference/index.ts'
import { arrayAt, isObject, objectAt, optional, otherFields, present, stringAt, wrongField } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { readCache, readContent, readThinkingBlock } from './request-parts.ts'
import { customInput } from './request-tools.ts'
import { carryOf } from './wire.ts'

const plainRoles: readonly unknown[] = ['system', 'developer', 'user'] satisfies Role[]
const plainKeys: ReadonlySet<string> = new Set(['role', 'content', 'name', 'cache_control'])
const assistantKeys: ReadonlySet<string> = new Set([
  ...plainKeys,
  'refusal',
  'tool_calls',
  'function_call',
  'reasoning_content',
  'reasoning',
  'content_blocks',
])
const callKeys: ReadonlySet<string> = new Set(['id', 'type', 'function', 'index'])

export function readMessages(values: readonly unknown[]): readonly Message[] {
  const messages: Message[] = []
  /** Legacy calls have no ids: a result belongs to the last call of its name. */
  const legacyIds = new Map<string, string>()
  let results: Part[] | undefined
  for (const [at, value] of values.entries()) {
    const path = `messages.${at}`
    const message = objectAt(value, path)
    const { role } = message
    if (role === 'tool' || role === 'function') {
      const result = readResult(message, path, legacyIds)
      if (!results) {
        results = []
        messages.push({ role: 'user', content: results })
      }
      results.push(result)
      continue
    }
    results = undefined
    if (role === 'assistant') messages.push(readAssistant(message, at, legacyIds))
    else if (plainRoles.includes(role)) messages.push(readPlain(message, role as Role, path))
    else {
      throw wrongField(`${path}.role`, role, "'system', 'developer', 'user', 'assistant', 'tool' or 'function'")
    }
  }
  return messages
}

function readPlain(message: JsonObject, role: Role, path: string): Message {
  return present({
    role,
    content: withMark(readContent(message.content, `${path}.content`), message.cache_control),
    name: optional(message.name, `${path}.name`, stringAt),
    ...carryOf(otherFields(message, plainKeys)),
  })
}

/** On a message it marks the prefix up to its last part. */
export function withMark(content: readonly Part[], value: unknown): readonly Part[] {
  const cache = readCache(value)
  const last = content.at(-1)
  if (cache === undefined || last === undefined || last.cache !== undefined) return content
  return [...content.slice(0, -1), { ...last, cache }]
}

function readAssistant(message: JsonObject, at: number, legacyIds: Map<string, string>): Message {
  const path = `messages.${at}`
  const content: Part[] = [...readSpoken(message, path)]
  if (typeof message.refusal === 'string') content.push({ type: 'refusal', text: message.refusal })
  for (const [index, call] of (optional(message.tool_calls, `${path}.tool_calls`, arrayAt) ?? []).entries()) {
    const callPath = `${path}.tool_calls.${index}`
    content.push(readCall(objectAt(call, callPath), callPath))
  }
  const legacy = optional(message.function_call, `${path}.function_call`, objectAt)
  if (legacy) {
    const name = stringAt(legacy.name, `${path}.function_call.name`)
    const id = `call_${at}`
    legacyIds.set(name, id)
    content.push({ type: 'tool-call', id, name, arguments: argumentsText(legacy.arguments) })
  }
  return present({
    role: 'assistant' as const,
    content: withMark(content, message.cache_control),
    name: optional(message.name, `${path}.name`, stringAt),
    ...carryOf(otherFields(message, assistantKeys)),
  })
}

/** Thinking, then text; where blocks were sent back they hold both in order. */
function readSpoken(message: JsonObject, path: string): readonly Part[] {
  const content = readContent(message.content, `${path}.content`)
  const blocks = Array.isArray(message.content_blocks) ? message.content_blocks.filter(isObject) : []
  const parts = blocks.flatMap((block) => readThinkingBlock(block) ?? readTextBlock(block))
  if (parts.some((part) => part.type === 'reasoning')) {
    return parts.some((part) => part.type === 'text') ? parts : [...parts, ...content]
  }
  const thinking = message.reasoning_content ?? message.reasoning
  return typeof thinking === 'string' && thinking !== '' ? [{ type: 'reasoning', text: thinking }, ...content] : content
}

function readTextBlock(block: JsonObject): readonly Part[] {
  return block.type === 'text' && typeof block.text === 'string' && block.text !== ''
    ? [{ type: 'text', text: block.text }]
    : []
}

function readCall(call: JsonObject, path: string): Part {
  if (call.type === 'custom' && isObject(call.custom)) return readCustomCall(call, call.custom, path)
  if (call.type !== undefined && call.type !== 'function') return { type: 'other', ...carryOf(call) }
  const called = objectAt(call.function, `${path}.function`)
  return {
    type: 'tool-call',
    id: stringAt(call.id, `${path}.id`),
    name: stringAt(called.name, `${path}.function.name`),
    arguments: argumentsText(called.arguments),
    ...carryOf(otherFields(call, callKeys)),
  }
}

/** Free text, as the function that stands for the tool takes it. */
function readCustomCall(call: JsonObject, custom: JsonObject, path: string): Part {
  return {
    type: 'tool-call',
    id: stringAt(call.id, `${path}.id`),
    name: stringAt(custom.name, `${path}.custom.name`),
    arguments: customInput(stringAt(custom.input, `${path}.custom.input`)),
  }
}

/** The model's own text is kept; clients that send an object get it written out. */
function argumentsText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function readResult(message: JsonObject, path: string, legacyIds: ReadonlyMap<string, string>): Part {
  const content = readContent(message.content, `${path}.content`)
  const cache = readCache(message.cache_control)
  const mark = cache === undefined ? {} : { cache }
  if (message.role === 'tool') {
    return { type: 'tool-result', callId: stringAt(message.tool_call_id, `${path}.tool_call_id`), content, ...mark }
  }
  const name = stringAt(message.name, `${path}.name`)
  return { type: 'tool-result', callId: legacyIds.get(name) ?? `call_${name}`, content, ...mark }
}
