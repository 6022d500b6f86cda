/** Endpoints of another shape that say the same as a native wire: one row writes a client's body in that shape and reads its answer back. Pure; knows no provider. */
import type { GatewayError } from '../errors.ts'
import type { Usage, Warning } from '../inference/index.ts'
import type { JsonObject, NativeProtocolId, ReshapedId } from './protocol.ts'

/** A body that need not be JSON. */
export interface RawBody {
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** As the provider sent it. */
export interface ProviderAnswer extends RawBody {
  /** By their names in lower case; some count there what their body does not tell. */
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer that is not JSON, which has no place for what was counted. */
export interface RawAnswer extends RawBody {
  /** Absent = the provider does not say. */
  readonly usage?: Usage
}

/** What the client asked for, as its answer may have to repeat it. */
export interface Asked {
  /** The client's body, overrides applied; of a form its fields: text, and files with their bytes (`FormFile`). */
  readonly body: JsonObject
  /** As the provider knows it. */
  readonly model: string
  readonly nowMs: number
}

export interface Reshape {
  readonly id: ReshapedId
  /** The wire it stands in for. */
  readonly of: NativeProtocolId
  /** Throws GatewayError `unsupported_parameter` for what cannot be dropped honestly. Unknown keys pass where the shape has room for them. */
  writeRequest(asked: Asked): { readonly body: JsonObject | RawBody; readonly warnings: readonly Warning[] }
  /** The whole answer (status 2xx) as the native wire's JSON, usage in that wire's own place, or as bytes where that wire answers bytes. Throws GatewayError `upstream_rejected` when it is not this shape. */
  readAnswer(answer: ProviderAnswer, asked: Asked): JsonObject | RawAnswer
  /** A provider's error status and body as an error with a readable message; absent = the family's (`error.message`, `message`, `detail`). */
  readError?(status: number, body: string): GatewayError
}
