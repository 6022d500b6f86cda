/** Reads the input's items into messages: what the model said belongs together, and so do the results it is given. */
import { GatewayError } from '../../errors.ts'
import type { Message, Part, Role } from '../../inference/index.ts'
import { arrayAt, objectAt, optional, otherFields, present, stringAt, wrongField } from '../fields.ts'
import { withMark } from '../openai-chat/request-messages.ts'
import { readCache } from '../openai-chat/request-parts.ts'
import type { JsonObject } from '../protocol.ts'
import { readContent } from './request-parts.ts'
import { callableName, toolSearch } from './request-tools.ts'
import { carryOf, readSeal, reasoningText } from './wire.ts'

const roles: readonly unknown[] = ['system', 'developer', 'user', 'assistant'] satisfies Role[]
/** `id`, `status` and `phase` are the server's own notes, sent back. */
const messageKeys: ReadonlySet<string> = new Set(['type', 'role', 'content', 'id', 'status', 'phase', 'cache_control'])
/** They stand for content that only the server has. */
const stored: ReadonlySet<unknown> = new Set(['item_reference', 'compaction', 'compaction_summary'])

type ItemReader = (item: JsonObject, path: string) => Part

const calls: Readonly<Record<string, ItemReader>> = {
  function_call: (item, path) => readCall(item, path, argumentsText(item.arguments)),
  custom_tool_call: (item, path) =>
    readCall(item, path, JSON.stringify({ input: stringAt(item.input, `${path}.input`) })),
  tool_search_call: readSearchCall,
  reasoning: readReasoning,
}

const results: Readonly<Record<string, ItemReader>> = {
  function_call_output: readResult,
  custom_tool_call_output: readResult,
  tool_search_output: readSearchResult,
}

export function readInput(body: JsonObject): readonly Message[] {
  const conversation = new Conversation()
  const { input, instructions } = body
  if (typeof instructions === 'string' && instructions !== '') {
    conversation.say({ role: 'system', content: [{ type: 'text', text: instructions }] })
  } else if (instructions !== undefined && instructions !== null && instructions !== '') {
    throw wrongField('instructions', instructions, 'a string')
  }
  if (typeof input === 'string') conversation.say({ role: 'user', content: [{ type: 'text', text: input }] })
  else {
    for (const [at, item] of arrayAt(input, 'input').entries()) {
      readItem(objectAt(item, `input.${at}`), `input.${at}`, conversation)
    }
  }
  return conversation.messages
}

interface Growing extends Message {
  readonly content: Part[]
}

class Conversation {
  readonly messages: Growing[] = []
  /** The message that further parts of its role are added to. */
  private open: Growing | undefined

  say(message: Message): void {
    this.messages.push({ ...message, content: [...message.content] })
    this.open = undefined
  }

  add(role: 'user' | 'assistant', parts: readonly Part[]): void {
    if (this.open?.role !== role) {
      this.open = { role, content: [] }
      this.messages.push(this.open)
    }
    this.open.content.push(...parts)
  }

  /** Two messages of the model stay two. */
  answer(parts: readonly Part[]): void {
    const hasText = this.open?.content.some(({ type }) => type === 'text' || type === 'refusal')
    if (hasText) this.open = undefined
    this.add('assistant', parts)
  }

  /** What other wires leave out gets no message of its own: it would stay behind empty. */
  attach(part: Part): void {
    const last = this.messages.at(-1)
    if (last) last.content.push(part)
    else this.add('user', [part])
  }
}

function readItem(item: JsonObject, path: string, conversation: Conversation): void {
  const type = optional(item.type, `${path}.type`, stringAt) ?? 'message'
  if (stored.has(type)) throw refuseStored(path, type)
  const call = Object.hasOwn(calls, type) ? calls[type] : undefined
  const result = Object.hasOwn(results, type) ? results[type] : undefined
  if (type === 'message') readMessage(item, path, conversation)
  else if (call) conversation.add('assistant', [call(item, path)])
  else if (result) conversation.add('user', [result(item, path)])
  else if (type !== 'additional_tools') conversation.attach({ type: 'other', ...carryOf(item) })
}

function refuseStored(path: string, type: string): GatewayError {
  return new GatewayError(
    'unsupported_parameter',
    `${path} is of type '${type}', which stands for content that only its provider has stored; send the items themselves`,
    { param: path },
  )
}

function readMessage(item: JsonObject, path: string, conversation: Conversation): void {
  const { role } = item
  if (!roles.includes(role)) {
    throw wrongField(`${path}.role`, role, "'user', 'assistant', 'system' or 'developer'")
  }
  const content = withMark(readContent(item.content, `${path}.content`), item.cache_control)
  if (role === 'assistant') conversation.answer(content)
  else conversation.say({ role: role as Role, content, ...carryOf(otherFields(item, messageKeys)) })
}

function readCall(item: JsonObject, path: string, text: string): Part {
  return {
    type: 'tool-call',
    id: stringAt(item.call_id, `${path}.call_id`),
    name: callableName(stringAt(item.name, `${path}.name`), item.namespace),
    arguments: text,
  }
}

function readSearchCall(item: JsonObject, path: string): Part {
  return {
    type: 'tool-call',
    id: optional(item.call_id, `${path}.call_id`, stringAt) ?? '',
    name: toolSearch,
    arguments: argumentsText(item.arguments),
  }
}

/** What was found is listed for the model; the tools themselves join those of the request. */
function readSearchResult(item: JsonObject, path: string): Part {
  const found = Array.isArray(item.tools) ? item.tools : []
  return {
    type: 'tool-result',
    callId: optional(item.call_id, `${path}.call_id`, stringAt) ?? '',
    content: [{ type: 'text', text: found.length > 0 ? JSON.stringify(found) : 'no tools were found' }],
  }
}

/** The model's own text is kept; clients that send an object get it written out. */
function argumentsText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function readResult(item: JsonObject, path: string): Part {
  return present({
    type: 'tool-result' as const,
    callId: stringAt(item.call_id, `${path}.call_id`),
    content: readContent(item.output, `${path}.output`),
    cache: readCache(item.cache_control),
  })
}

/** What another provider signed goes back to it; what this wire's provider encrypted is carried for it alone. */
function readReasoning(item: JsonObject, path: string): Part {
  const encrypted = optional(item.encrypted_content, `${path}.encrypted_content`, stringAt)
  const seal = encrypted === undefined ? undefined : readSeal(encrypted)
  const text = reasoningText(item)
  if (seal) return present({ type: 'reasoning' as const, text, ...seal })
  return { type: 'reasoning', text, ...(encrypted === undefined ? {} : carryOf({ encrypted_content: encrypted })) }
}
