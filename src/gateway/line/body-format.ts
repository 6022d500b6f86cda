/** How the bytes of a request's body are read and edited, whatever their form. */
import { editTopLevel, parseJsonObject } from '../../bytes/json-text.ts'
import type { JsonObject } from '../../protocols/protocol.ts'

export interface BodyFormat {
  /** Sent to the provider; absent = none. */
  readonly contentType?: string
  /** True = the body is for logs to describe, not to keep. */
  readonly isBinary: boolean
  /** Throws `invalid_request` that says what is wrong. */
  read(body: Uint8Array): JsonObject
  /** Sets or removes (undefined) top-level keys and leaves every other byte alone. */
  edit(body: Uint8Array, edits: JsonObject): Uint8Array
  /** As somebody has rewritten it. */
  rewrite(body: Uint8Array, before: JsonObject, after: JsonObject): Uint8Array
}

export const jsonFormat: BodyFormat = {
  contentType: 'application/json',
  isBinary: false,
  read: parseJsonObject,
  edit: editTopLevel,
  rewrite: (_body, _before, after) => Buffer.from(JSON.stringify(after)),
}

export function formatOf({ format = jsonFormat }: { readonly format?: BodyFormat }): BodyFormat {
  return format
}
