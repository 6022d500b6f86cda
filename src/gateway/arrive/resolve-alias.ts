/** A request as if it had named the model that its alias stands for. */

import type { WorkspaceCatalog } from '../../catalog/catalog.ts'
import { modelBehindAlias } from '../../catalog/model-aliases.ts'
import type { Caller } from '../../identity/caller.ts'
import type { JsonObject } from '../../protocols/protocol.ts'
import type { BodyFormat } from '../line/body-format.ts'
import type { Call } from '../ports.ts'

interface Arrived {
  readonly call: Call
  readonly body: JsonObject
  readonly format: BodyFormat
  readonly caller: Caller
  readonly catalog: WorkspaceCatalog
}

interface ResolvedRequest {
  readonly call: Call
  readonly body: JsonObject
  /** As the client wrote it; absent = its model is no alias. */
  readonly alias?: string
}

export function resolveAlias({ call, body, format, caller, catalog }: Arrived): ResolvedRequest {
  const { model: alias } = body
  if (typeof alias !== 'string') return { call, body }
  const model = modelBehindAlias(alias, { caller, workspace: catalog.workspace })
  if (model === undefined) return { call, body }
  return { call: { ...call, body: format.edit(call.body, { model }) }, body: { ...body, model }, alias }
}
