/** `default.addPrefix`: puts words before the last message of a role. */
import { isObject, type JsonObject } from '../given.ts'
import { defineCheck, onInput } from './check.ts'

interface Rule {
  readonly prefix: string
  readonly role: string
  readonly onlyIfEmpty: boolean
  readonly addToExisting: boolean
}

export const addPrefix = defineCheck({
  id: 'default.addPrefix',
  hooks: onInput,
  mayChange: () => true,
  prepare(given) {
    const rule: Rule = {
      prefix: given.text('prefix'),
      role: given.choice('applyToRole', ['user', 'system', 'assistant']),
      addToExisting: given.flagOr('addToExisting', true),
      onlyIfEmpty: given.flag('onlyIfEmpty'),
    }
    return ({ requestJson, json = requestJson }) => {
      const changed = prefixed(json, rule)
      const said = changed === undefined ? `there is no ${rule.role} message to put it before` : 'the prefix was added'
      return { isPassed: true, data: { explanation: said }, ...(changed === undefined ? {} : { json: changed }) }
    }
  },
})

function prefixed(json: JsonObject, rule: Rule): JsonObject | undefined {
  if (typeof json.prompt === 'string') return { ...json, prompt: rule.prefix + json.prompt }
  if (rule.role === 'system' && json.system !== undefined) {
    const system = withPrefix(json.system, rule)
    return system === undefined ? undefined : { ...json, system }
  }
  if (!Array.isArray(json.messages)) return undefined
  const messages: readonly unknown[] = json.messages
  const at = messages.findLastIndex((message) => isObject(message) && message.role === rule.role)
  const message = messages[at]
  if (!isObject(message)) {
    return rule.addToExisting
      ? { ...json, messages: [{ role: rule.role, content: rule.prefix }, ...messages] }
      : undefined
  }
  const content = withPrefix(message.content, rule)
  return content === undefined ? undefined : { ...json, messages: messages.with(at, { ...message, content }) }
}

/** undefined = the rule leaves it alone. */
function withPrefix(content: unknown, { prefix, addToExisting, onlyIfEmpty }: Rule): unknown {
  const isEmpty = content === '' || content === null || content === undefined
  if (isEmpty) return prefix
  if (onlyIfEmpty || !addToExisting) return undefined
  if (typeof content === 'string') return prefix + content
  return Array.isArray(content) ? [{ type: 'text', text: prefix }, ...content] : undefined
}
