/** What a provider would refuse inside the messages of OpenAI's chat, as the edit of one key. */
import type { Warning } from '../../../inference/index.ts'
import type { Quirk } from '../../../providers/provider.ts'

interface Edited {
  readonly edits: { readonly messages?: readonly unknown[] }
  readonly warnings: readonly Warning[]
}

/** Nothing where nothing has to change, so that bytes stay as they came. */
export function editMessages(messages: unknown, quirks: readonly Quirk[]): Edited {
  if (!Array.isArray(messages)) return { edits: {}, warnings: [] }
  let edited: readonly unknown[] = messages
  const warnings: Warning[] = []
  for (const { editMessage, name } of quirks) {
    if (editMessage === undefined) continue
    const before = edited
    const after = before.map((message) => (isObject(message) ? editMessage(message) : message))
    if (after.every((message, at) => message === before[at])) continue
    edited = after
    warnings.push({ type: 'changed', field: 'messages', reason: name })
  }
  return edited === messages ? { edits: {}, warnings } : { edits: { messages: edited }, warnings }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
