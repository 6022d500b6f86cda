/** Who is asking for a path that is passed on, and which provider it is for. The body is looked into for a model's name only. */

import { modelBehindAlias } from '../../catalog/model-aliases.ts'
import { GatewayError } from '../../errors.ts'
import { requireScope } from '../../identity/authenticate.ts'
import { loadClientProtocol } from '../../protocols/load.ts'
import type { JsonObject, Peek } from '../../protocols/protocol.ts'
import type { RequestRecord } from '../../records/record.ts'
import { leavesOf } from '../../routing/plan.ts'
import { identify, readWishes } from '../arrive/admit.ts'
import { findFormat } from '../arrive/find-format.ts'
import { guessWire } from '../arrive/routes.ts'
import type { BodyFormat } from '../line/body-format.ts'
import type { EffectiveConfig } from '../line/effective-config.ts'
import type { Task } from '../line/task.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { findConfig } from '../target/find-config.ts'
import { findPlan } from '../target/find-target.ts'
import {
  fittingProviders,
  hasGooglePaths,
  namesProvider,
  type Placing,
  withOnlyProvider,
} from '../target/only-provider.ts'
import type { RawOperation } from './operations.ts'
import { modelOfPath, type RawTarget } from './target-path.ts'

export interface RawArrival {
  readonly call: Call
  readonly target: RawTarget
  readonly operation: RawOperation
  readonly ports: GatewayPorts
  readonly record: RequestRecord
}

/** Throws GatewayError; fills the record as it learns, so that a refusal is logged with what was known. */
export async function admitRaw(arrival: RawArrival): Promise<Task> {
  const { call, target, operation, ports, record } = arrival
  const { caller, catalog } = await identify(call, ports, record)
  requireScope(caller, ['completions.write'])
  const { format, body } = await readBody(call)
  const named = { ...body, ...modelIn(body, call, target) }
  const alias = typeof named.model === 'string' ? named.model : ''
  const behind = modelBehindAlias(alias, { caller, workspace: catalog.workspace })
  const asked = behind === undefined ? named : { ...named, model: behind }
  const model = typeof asked.model === 'string' ? asked.model : ''
  if (model !== '') record.identity.modelAsked = alias
  const config = await findConfig({ call, caller, catalog, routing: ports.routing })
  if (config !== undefined) noteConfig(config, operation, record)
  const wishes = readWishes({ call, caller, catalog, user: undefined }, record)
  const protocol = await loadClientProtocol(guessWire(call.path, call.headers))
  const peek: Peek = { model, isStream: false, answers: 1, wantsUsage: true, hasTools: false }
  const isFit = fitOf(operation, call)
  const placed = placeCall({ call, model, config, catalog, ports, isFit }, operation)
  const isModelOptional = operation.name === 'messagesCountTokens' ? {} : ({ isModelOptional: true } as const)
  const { warnings, ...found } = await findPlan({
    call: placed,
    body: asked,
    ...isModelOptional,
    catalog,
    ports,
    config,
  })
  record.warn(warnings)
  return {
    call: placed,
    operation: operation.name,
    protocol: { ...protocol, client: { ...protocol.client, peek: () => peek } },
    peek,
    body: asked,
    ...(behind === undefined ? {} : { modelAlias: alias }),
    format,
    caller,
    ...found,
    ...(config === undefined ? {} : { config }),
    ...isModelOptional,
    cost: operation.cost,
    ...wishes,
    isStrict: true,
  }
}

interface ReadBody {
  readonly format: BodyFormat
  readonly body: JsonObject
}

/** What is no JSON object and no form goes on as it is. */
async function readBody(call: Call): Promise<ReadBody> {
  const format = await findFormat(call, { takes: 'any' })
  try {
    return { format, body: format.read(call.body) }
  } catch {
    return { format: { ...format, isBinary: true, read: () => ({}), edit: (body) => body }, body: {} }
  }
}

/** The body's, the query's, or the address's own. */
function modelIn(body: JsonObject, call: Call, { path }: RawTarget): JsonObject {
  const model = [body.model, call.query.model, modelOfPath(path)].find(
    (each) => typeof each === 'string' && each !== '',
  )
  return model === undefined ? {} : { model }
}

function noteConfig(config: EffectiveConfig, { family }: RawOperation, record: RequestRecord): void {
  record.warn(config.warnings)
  if (config.saved !== undefined) record.identity.configId = config.saved.slug
  if (family !== 'jobs' || leavesOf(config.plan).length < 2) return
  throw new GatewayError(
    'invalid_request',
    'Invalid config provided. Maximum one target is allowed for batch/file/fine_tuning requests',
    { param: 'x-portkey-config' },
  )
}

/** Where nothing names a provider and only one can be meant, it is that one. */
function placeCall(placing: Placing, operation: RawOperation): Call {
  const { call } = placing
  if (operation.name === 'messagesCountTokens' || namesProvider(placing)) return call
  const placed = withOnlyProvider(placing)
  if (placed !== undefined) return placed
  const slugs = fittingProviders(placing)
  const which =
    slugs.length === 0 ? 'this workspace has none that could be asked' : `it could be ${slugs.slice(0, 10).join(', ')}`
  const stored = operation.family === 'stored' ? '; it is only supported for native Responses API providers' : ''
  throw new GatewayError(
    'invalid_request',
    `no provider was named for ${call.method} ${call.path.slice(0, 120)}${stored}: name one with x-portkey-provider: @slug, ?model=@slug/model or a config; ${which}`,
    { param: 'x-portkey-provider' },
  )
}

/** Whose paths such a path can be. */
function fitOf({ family }: RawOperation, { path, headers }: Call): Placing['isFit'] {
  if (family === 'stored') return ({ speaks }) => speaks['openai-responses'] !== undefined
  return guessWire(path, headers) === 'google-gemini' ? hasGooglePaths : () => true
}
