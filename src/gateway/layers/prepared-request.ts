/** What the inner layers know of a call beside its target: the request as it will be written, and how it is signed. */
import type { Draft } from '../../providers/provider.ts'
import type { Written } from '../line/choice.ts'
import type { TargetRequest } from '../line/target-request.ts'
import type { Task } from '../line/task.ts'

export type UnsignedRequest = Draft & { readonly body: Uint8Array }

export interface PreparedRequest extends TargetRequest {
  /** The whole output that was asked for, whatever limits will buy. */
  readonly written: Written
  /** What the provider would be sent for a whole answer, without credentials; of the request itself, or of another form of it. */
  readonly question: (task?: Task) => UnsignedRequest
  readonly sign: (written: Written) => Draft | Promise<Draft>
}

export interface HeldRequest extends PreparedRequest {
  /** Set when the limits bought less output than was asked for. */
  readonly maxOutputTokens?: number
}
