/** What one request carries through its line. */
import type { Hold } from '../../limits/gate.ts'
import type { BillableUnits } from '../../pricing/hosted-tools.ts'
import type { StreamWriter } from '../../protocols/protocol.ts'
import type { RequestRecord } from '../../records/record.ts'
import type { GatewayPorts } from '../ports.ts'
import type { AnswerBase } from './answer.ts'
import type { CancellationScope } from './cancellation-scope.ts'
import type { Meter } from './meter.ts'
import type { ModelPort } from './model-port.ts'
import { Notes } from './notes.ts'
import type { Target, Task } from './task.ts'

export interface Line {
  readonly ports: GatewayPorts
  readonly record: RequestRecord
  readonly cancellation: CancellationScope
  /** For the answer: `x-ratelimit-*` of the last gate passed or refused. */
  rateHeaders: Readonly<Record<string, string>>
  /** The provider's own error frame has gone out: the client knows. */
  hasToldError: boolean
  /** Of a translated stream that has begun: an error may have to be told in its course. */
  writer?: StreamWriter
  /** The last target tried, its meter and what it was sent; for the charge and the payload. */
  tried?: CallAttempt
  /** Earlier calls that were cut: their cost is charged beside the last one's. */
  readonly interruptedAttempts: CallAttempt[]
  /** What nobody has to wait for before the client has its answer. Never rejects. */
  readonly unfinished: Promise<unknown>[]
  /** What features remember of this request. */
  readonly notes: Notes
  /** Run when the client has its answer, before the record is closed. They never reject. */
  readonly atClose: (() => Promise<void>)[]
  /** The client's request as the log may keep it; absent = as it came. */
  loggedRequest?: Uint8Array
  /** What takes out of a body what the log may not keep. */
  readonly redactions: ((body: Uint8Array) => Uint8Array)[]
  /** Begins a streamed answer that has said nothing yet, so that its client does not give up; another target may still answer. Absent = nobody waits so. */
  keepWaiting?: (task: Task, answer: AnswerBase) => Promise<void>
  /** For checks and searches that ask a model. Absent = this request is such a call itself: no guardrails, and no calls of its own. */
  readonly models?: ModelPort
}

export interface CallAttempt {
  readonly target: Target
  /** As the target was asked: what the config made of the client's request. */
  readonly task: Task
  readonly meter: Meter
  /** Absent = not looked into. */
  readonly beside?: BillableUnits
  readonly body?: Uint8Array
  /** Of the body; absent = JSON. */
  readonly contentType?: string
  /** The limits bought less output than was asked for. */
  readonly isClamped?: true
  /** Sent, and its answer cut or not used: it costs all the same. */
  isCut?: boolean
  /** What was held for it. */
  readonly holds?: readonly Hold[]
  /** The cap on output that the holds bought; absent = the client's own, or none. */
  readonly maxOutputTokens?: number
  /** Its answer came to the client, or to nobody, to its end. */
  isReadWhole?: boolean
}

/** Before anything was tried. */
export function openLine(parts: Pick<Line, 'ports' | 'record' | 'cancellation' | 'models'>): Line {
  return {
    ...parts,
    rateHeaders: {},
    hasToldError: false,
    interruptedAttempts: [],
    unfinished: [],
    notes: new Notes(),
    atClose: [],
    redactions: [],
  }
}
