/** `default.addPrefix`: puts words before the first message of a role, on every wire that clients speak. */
import { isObject, type JsonObject } from '../check-parameters.ts'
import { defineCheck, inputOnly } from './check.ts'

interface Rule {
  readonly prefix: string
  readonly role: 'user' | 'system' | 'assistant'
  /** Leaves a message that says something as it is. */
  readonly onlyIfEmpty: boolean
  /** False = the prefix becomes a message of its own before the existing one. */
  readonly addToExisting: boolean
}

/** How a wire says turns and the system prompt. */
interface Shape {
  readonly turns: string
  /** The key of its system prompt; absent = it is a turn. */
  readonly system?: readonly string[]
  readonly content: string
  readonly roles: Readonly<Record<Rule['role'], readonly string[]>>
  part(text: string, role: Rule['role']): JsonObject
}

const roles: Shape['roles'] = { user: ['user'], system: ['system', 'developer'], assistant: ['assistant'] }
const textPart = (text: string): JsonObject => ({ type: 'text', text })

/** By type of request. */
const shapes: Readonly<Record<string, Shape>> = {
  chatComplete: { turns: 'messages', content: 'content', roles, part: textPart },
  messages: { turns: 'messages', system: ['system'], content: 'content', roles, part: textPart },
  createModelResponse: {
    turns: 'input',
    system: ['instructions'],
    content: 'content',
    roles,
    part: (text, role) => ({ type: role === 'assistant' ? 'output_text' : 'input_text', text }),
  },
  generateContent: {
    turns: 'contents',
    system: ['systemInstruction', 'system_instruction'],
    content: 'parts',
    roles: { user: ['user', ''], system: [], assistant: ['model'] },
    part: (text) => ({ text }),
  },
}

export const addPrefix = defineCheck({
  id: 'default.addPrefix',
  hooks: inputOnly,
  mayChange: () => true,
  prepare(given) {
    const rule: Rule = {
      prefix: given.text('prefix'),
      role: given.choice('applyToRole', ['user', 'system', 'assistant']),
      addToExisting: given.flagOr('addToExisting', true),
      onlyIfEmpty: given.flag('onlyIfEmpty'),
    }
    return ({ requestType, requestJson, json = requestJson }) => {
      const changed = prefixed(json, rule, requestType)
      const isChanged = changed !== undefined && changed !== json
      const said = isChanged ? 'the prefix was added' : reasonFor(rule, requestType)
      const { role: applyToRole, addToExisting, onlyIfEmpty } = rule
      const data = { explanation: said, requestType, applyToRole, addToExisting, onlyIfEmpty }
      return { isPassed: true, data, ...(isChanged ? { json: changed } : {}) }
    }
  },
})

function reasonFor({ role, onlyIfEmpty }: Rule, requestType: string): string {
  if (onlyIfEmpty && (requestType === 'complete' || shapes[requestType] !== undefined))
    return `the ${role} message has content, and onlyIfEmpty is set`
  return `requests of the type '${requestType}' have no ${role} message that a prefix could stand before`
}

/** undefined = there is no place for a prefix. */
function prefixed(json: JsonObject, rule: Rule, requestType: string): JsonObject | undefined {
  if (requestType === 'complete') return withPrompt(json, rule)
  const shape = shapes[requestType]
  if (shape === undefined) return undefined
  if (rule.role === 'system' && shape.system !== undefined) return withSystem(json, shape, rule)
  const turns = json[shape.turns]
  if (typeof turns === 'string' && rule.role === 'user')
    return rule.onlyIfEmpty && turns !== '' ? json : { ...json, [shape.turns]: rule.prefix + turns }
  const list: readonly unknown[] = Array.isArray(turns) ? turns : [asTurn(turns, shape)]
  const changed = withTurn(list, shape, rule)
  return changed === list ? json : { ...json, [shape.turns]: changed }
}

function withPrompt(json: JsonObject, { prefix, onlyIfEmpty }: Rule): JsonObject | undefined {
  const add = (prompt: unknown) =>
    typeof prompt === 'string' && !(onlyIfEmpty && prompt !== '') ? prefix + prompt : prompt
  const { prompt } = json
  if (typeof prompt === 'string') return onlyIfEmpty && prompt !== '' ? json : { ...json, prompt: add(prompt) }
  return Array.isArray(prompt) ? { ...json, prompt: prompt.map(add) } : undefined
}

/** A conversation of one turn that is no list. */
function asTurn(turn: unknown, { content }: Shape): unknown {
  return typeof turn === 'string' ? { role: 'user', [content]: turn } : turn
}

function withSystem(json: JsonObject, shape: Shape, rule: Rule): JsonObject {
  const [first = '', ...others] = shape.system ?? []
  const key = others.find((each) => json[each] !== undefined) ?? first
  const system = json[key]
  if (shape.content !== 'parts') {
    const changed = withPrefix(system, shape, rule)
    return changed === system ? json : { ...json, [key]: changed }
  }
  const parts = isObject(system) ? system.parts : undefined
  const changed = withPrefix(parts, shape, rule)
  return changed === parts && parts !== undefined
    ? json
    : { ...json, [key]: { ...(isObject(system) ? system : {}), parts: changed } }
}

function withTurn(turns: readonly unknown[], shape: Shape, rule: Rule): readonly unknown[] {
  const names = shape.roles[rule.role]
  const at = turns.findIndex((turn) => isObject(turn) && names.includes(typeof turn.role === 'string' ? turn.role : ''))
  const turn = turns[at]
  const own = { role: names[0] ?? rule.role, [shape.content]: ownContent(shape, rule) }
  if (!isObject(turn)) return rule.role === 'system' ? [own, ...turns] : [...turns, own]
  if (!rule.addToExisting && !rule.onlyIfEmpty) return turns.toSpliced(at, 0, own)
  const content = withPrefix(turn[shape.content], shape, rule)
  return content === turn[shape.content] ? turns : turns.with(at, { ...turn, [shape.content]: content })
}

function ownContent({ content, part }: Shape, { prefix, role }: Rule): unknown {
  return content === 'parts' ? [part(prefix, role)] : prefix
}

/** The same value = the rule leaves it alone. */
function withPrefix(content: unknown, shape: Shape, rule: Rule): unknown {
  const list = isObject(content) ? [content] : content
  const isEmpty = list === undefined || list === null || list === '' || (Array.isArray(list) && list.length === 0)
  if (isEmpty) return ownContent(shape, rule)
  if (rule.onlyIfEmpty) return content
  if (typeof list === 'string') return rule.prefix + list
  return Array.isArray(list) ? [shape.part(rule.prefix, rule.role), ...list] : content
}
