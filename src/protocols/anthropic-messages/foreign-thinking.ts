/** Takes thinking that other providers signed, or none, out of a client's body: this wire's providers refuse it. */
import type { Warning } from '../../inference/index.ts'
import { isObject } from '../fields.ts'
import type { ForeignContent, JsonObject } from '../protocol.ts'
import { isMarkedSignature } from '../signature.ts'

/** undefined = there is none, so that the body may pass as it is. */
export function dropForeignThinking(body: JsonObject): ForeignContent | undefined {
  const messages: readonly unknown[] = Array.isArray(body.messages) ? body.messages : []
  if (!messages.some(hasForeign)) return undefined
  const warnings: Warning[] = [
    { type: 'dropped', field: 'reasoning', reason: 'this provider takes back only reasoning that it signed' },
  ]
  const edits: Record<string, unknown> = {
    messages: messages.flatMap((message) => (hasForeign(message) ? withoutForeign(message as JsonObject) : [message])),
  }
  if (isObject(body.thinking) && body.thinking.type === 'enabled' && isToolLoop(messages)) {
    const reason = 'the tool calls being answered came without signed thinking, which this provider then requires'
    warnings.push({ type: 'dropped', field: 'thinking', reason })
    edits.thinking = { type: 'disabled' }
  }
  return { edits, warnings }
}

function hasForeign(message: unknown): boolean {
  return isObject(message) && Array.isArray(message.content) && message.content.some(isForeign)
}

function isForeign(block: unknown): boolean {
  if (!isObject(block) || block.type !== 'thinking') return false
  const { signature } = block
  return typeof signature !== 'string' || signature === '' || isMarkedSignature(signature)
}

function withoutForeign(message: JsonObject): JsonObject[] {
  const content = (message.content as readonly unknown[]).filter((block) => !isForeign(block))
  return content.length === 0 ? [] : [{ ...message, content }]
}

/** Results are being handed in for calls whose thinking has just been taken out. */
function isToolLoop(messages: readonly unknown[]): boolean {
  const last = messages.at(-1)
  const isResult = (block: unknown) => isObject(block) && block.type === 'tool_result'
  return isObject(last) && Array.isArray(last.content) && last.content.some(isResult) && hasForeign(messages.at(-2))
}
