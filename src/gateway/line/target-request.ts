/** A request as one target is asked it, and what came of that. */
import type { Warning } from '../../inference/index.ts'
import type { Span } from '../../records/log.ts'
import type { Settings } from '../../routing/config.ts'
import type { Answer } from './answer.ts'
import type { Choice } from './choice.ts'
import type { Line } from './line.ts'
import type { Meter } from './meter.ts'
import type { Target, Task } from './task.ts'

export interface TargetTask {
  readonly task: Task
  readonly target: Target
  /** About what the request or its config asks for and does not get. */
  readonly warnings?: readonly Warning[]
  /** What its config says of this target; each layer reads its own part. */
  readonly settings: Settings
}

/** A span while its call is under way. */
export type OpenSpan = { -readonly [K in keyof Span]: Span[K] }

/** One call of one target, as it passes through the layers. */
export interface TargetRequest extends TargetTask {
  readonly line: Line
  readonly choice: Choice
  readonly meter: Meter
  readonly span: OpenSpan
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
  /** What decided for this target; absent = there was nothing to decide. */
  readonly chosenBy?: Span['chosenBy']
}
