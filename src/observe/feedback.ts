/** What people say of an answer: a value of -10 to 10 with a weight, about a trace. */
import type { RowFeedback } from './row.ts'

export interface Feedback extends RowFeedback {
  readonly id: string
  readonly workspaceId: string
  readonly traceId: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly createdAtMs: number
}

export interface FeedbackStore {
  put(feedback: Feedback): Promise<void>
  read(id: string): Promise<Feedback | undefined>
  /** Of one workspace, given since an instant. */
  listSince(workspaceId: string, sinceMs: number): Promise<readonly Feedback[]>
}
