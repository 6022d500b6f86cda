/** A request as one target is asked it, and what came of that. */
import type { Warning } from '../../inference/index.ts'
import type { Answer } from './answer.ts'
import type { Target, Task } from './task.ts'

export interface TargetRequest {
  readonly task: Task
  readonly target: Target
  /** About what the request or its config asks for and does not get. */
  readonly warnings?: readonly Warning[]
}

export interface PlanResult<A = Answer> {
  /** As the target that answered was asked. */
  readonly task: Task
  readonly answer: A
}

/** How often this target was called before in this request, and how long that was waited for. */
export interface Repetition {
  readonly retry: number
  readonly waitedMs: number
}
