/** A request cut in two for the semantic cache: what its user asked last, and everything else, which has to be identical. */
import { replaceTexts, requestTexts } from '../../../protocols/text-slots.ts'
import type { Operation } from '../../line/operation.ts'
import type { Task } from '../../line/task.ts'

export interface SemanticQuestion {
  /** What the user asked last. */
  readonly text: string
  /** The same request without it. */
  readonly rest: Task
}

const operations: ReadonlySet<Operation> = new Set(['chat', 'messages', 'responses', 'complete'])

/** UTF-16 units. In a longer text the little that matters is lost among what does not. */
export const longestText = 4_000

/** Stands where the text was: some wires refuse an empty one. */
const leftOut = '…'

/** Why not, as a string, when its meaning cannot be compared. */
export function semanticQuestion(task: Task): SemanticQuestion | string {
  if (!operations.has(task.operation)) return 'this endpoint is not asked in sentences'
  const slots = requestTexts(task.body)
  const last = slots.flatMap((slot, at) => (slot.isLast && !isOfDocument(slot.path) ? [{ ...slot, at }] : []))
  if (last.length === 0 || last.some(({ role }) => role !== 'user')) return 'the last message is not a text of the user'
  if (last.some(({ path }) => path.includes('content', 3))) return 'the last message holds the result of a tool'
  const isOneMessage = last.every(({ path }) => path[0] === last[0]?.path[0] && path[1] === last[0]?.path[1])
  if (!isOneMessage) return 'the request asks several things beside each other'
  const text = last.map((slot) => slot.text).join('\n')
  if (text.trim() === '') return 'the last message is empty'
  if (text.length > longestText)
    return `the last message has ${text.length} characters; up to ${longestText} are compared by meaning`
  const body = replaceTexts(task.body, slots, new Map(last.map(({ at }) => [at, leftOut])))
  return { text, rest: { ...task, body, call: { ...task.call, body: Buffer.from(JSON.stringify(body)) } } }
}

/** A document is what is asked about, not the question. */
function isOfDocument(path: readonly (string | number)[]): boolean {
  return ['source', 'title', 'context', 'file', 'file_data'].some((key) => path.includes(key))
}
