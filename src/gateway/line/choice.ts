/** How a target is spoken to: the wire or shape that was chosen for it, and the request written in it. */
import type { Warning } from '../../inference/index.ts'
import type { JsonObject, Protocol, Restoration, WireId } from '../../protocols/protocol.ts'
import type { Asked, RawBody, Reshape } from '../../protocols/reshape.ts'
import { placeModel } from './place-model.ts'
import type { Target, Task } from './task.ts'

export interface Choice {
  readonly upstream: Protocol
  readonly isPassthrough: boolean
  /** What the provider speaks in place of the client's wire, which `upstream` then is. */
  readonly shape?: Reshape
  /** For a translated request, what the answer has to be given back; set when the request is written. */
  readonly restoring?: { current: Restoration | undefined }
}

export interface Written {
  readonly body: Uint8Array
  /** Absent = JSON. */
  readonly contentType?: string
  readonly warnings: readonly Warning[]
}

/** What the provider itself is spoken to in; `upstream` may be what a shape of it is turned into. */
export function wireOf({ upstream, shape }: Choice): WireId {
  return shape?.id ?? upstream.id
}

/** Is the provider's answer, or what its shape was turned into, what the client's wire says? */
export function isInKind({ isPassthrough, shape }: Choice): boolean {
  return isPassthrough || shape !== undefined
}

/** For a shape: what the client asked for. */
export function askedOf(task: Task, target: Target): Asked {
  return { body: task.body, model: placeModel(target).name, nowMs: task.call.receivedAtMs }
}

/** Not JSON. */
export function isRaw<Raw extends RawBody>(body: JsonObject | Raw): body is Raw {
  return body.bytes instanceof Uint8Array
}
