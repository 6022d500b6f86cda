/** One call of one target for a path that is passed on: credentials put on, the model's address taken off, everything else as it came. */

import { isModelAllowed } from '../../catalog/access.ts'
import { GatewayError, toGatewayError } from '../../errors.ts'
import type { Draft } from '../../providers/provider.ts'
import { rawUrl } from '../../providers/raw-address.ts'
import { readRejection } from '../answer/answer.ts'
import type { SentResponse } from '../answer/patience.ts'
import { giveBack, takeHolds } from '../layers/holding/holds.ts'
import { meteredLimitsOf } from '../layers/holding/limits-of.ts'
import { customHeaders } from '../layers/sending/choose.ts'
import { send } from '../layers/sending/send.ts'
import { formatOf } from '../line/body-format.ts'
import { credentialsOf } from '../line/credentials-of.ts'
import { customHostOf } from '../line/custom-host.ts'
import type { Line } from '../line/line.ts'
import { Meter } from '../line/meter.ts'
import { withoutSecrets } from '../line/redact.ts'
import type { Repetition, TargetTask } from '../line/target-request.ts'
import type { Target, Task } from '../line/task.ts'
import { closeSpan, openSpan } from '../settle/spans.ts'
import { passedHeaders, secretsIn } from '../target/client-headers.ts'
import { guardType } from './guard-type.ts'
import type { RawOperation } from './operations.ts'
import { editQuery, modelOfPath, type RawTarget, withPathModel } from './target-path.ts'

/** What a target is sent, but for its credentials. */
export interface Passing {
  readonly operation: RawOperation
  readonly target: RawTarget
}

export interface RawAnswer {
  readonly target: Target
  readonly response: SentResponse
}

/** With what the body says, read once. */
interface Read extends Passing {
  readonly fields: Readonly<Record<string, unknown>>
}

/** Draws up the request once the target's settings are known. */
export type WriteDraft = (own: TargetTask, configurations: Readonly<Record<string, unknown>>) => Draft

export async function callRaw(
  passing: Passing,
  own: TargetTask,
  line: Line,
  repetition: Repetition,
): Promise<RawAnswer> {
  checkNative(passing, own)
  const read = { ...passing, fields: readFields(own.task) }
  checkModels(read, own)
  return callWith((each, configurations) => draftOf(read, each, configurations), own, line, repetition)
}

/** With holds of what such a call takes, a span, and the errors of the provider as errors. */
export async function callWith(
  write: WriteDraft,
  own: TargetTask,
  line: Line,
  repetition: Repetition,
): Promise<RawAnswer> {
  const { task, target } = own
  const choice = { upstream: task.protocol, isPassthrough: true }
  const span = openSpan(choice, target, line, repetition)
  line.record.upstreamWire = 'raw'
  span.wire = 'raw'
  if (target.model === '') delete line.record.identity.model
  let secrets: readonly string[] = []
  try {
    await guardType(own, line)
    const meter = new Meter([])
    line.tried = { target, task, meter }
    if (task.cost === 'unknown') refuseUnmetered(task, target, line)
    const known = await credentialsOf(target, line)
    secrets = known.secrets
    const draft = write(own, known.configurations)
    await takeHolds(task, target, line)
    line.tried = { target, task, meter, ...sentBy(draft) }
    const signed = await known.authenticate(draft)
    const response = await send(task, line, span, signed)
    if (isGood(response.status)) return { target, response }
    throw await readRejection({ task, target, choice, meter, response, line })
  } catch (thrown) {
    line.record.stopUpstream(line.ports.ambient.now())
    await giveBack(line)
    const error = withoutSecrets(toGatewayError(thrown), secrets)
    closeSpan(span, line, error)
    throw error
  }
}

/** 304 answers a condition that the client set. */
function isGood(status: number): boolean {
  return (status >= 200 && status < 300) || status === 304
}

/** For the log. */
function sentBy({ body, headers }: Draft): { readonly body?: Uint8Array; readonly contentType?: string } {
  const { 'content-type': contentType } = headers
  return { ...(body === undefined ? {} : { body }), ...(contentType === undefined ? {} : { contentType }) }
}

function draftOf(
  { target: asked, operation, fields }: Read,
  { task, target }: TargetTask,
  configurations: Readonly<Record<string, unknown>>,
): Draft {
  const { aiProvider, forwarded } = target
  const { call } = task
  const secrets = secretsIn(call.headers)
  const body = bodyOf(task, target, fields)
  const customHost = customHostOf(target)
  const place = { aiProvider, configurations, model: target.model, ...(customHost === undefined ? {} : { customHost }) }
  const own = modelOfPath(asked.path)
  const path = own === undefined ? asked.path : withPathModel(asked.path, plainModel(own, task, target))
  const { model } = call.query
  const query = editQuery(asked.query, secrets, model === undefined ? undefined : plainModel(model, task, target))
  const client = passedHeaders(call.headers)
  const pinned = Object.fromEntries(
    Object.entries(aiProvider.headers).filter(([name]) => !(aiProvider.forwards.includes(name) && client[name])),
  )
  const hasBody = body.length > 0 || !['GET', 'HEAD', 'DELETE'].includes(call.method)
  return {
    method: call.method,
    url: rawUrl(place, operation.name === 'proxy' || own !== undefined ? path : asked.path, query),
    headers: { ...client, ...pinned, ...customHeaders(configurations.custom_headers), ...forwarded },
    ...(hasBody ? { body } : {}),
  }
}

/** Untouched but for the model's address; a name that JSON says twice is made to say the same. */
function bodyOf(task: Task, target: Target, { model }: Read['fields']): Uint8Array {
  const format = formatOf(task)
  const { body } = task.call
  if (typeof model !== 'string') return body
  const plain = plainModel(model, task, target)
  return plain === model && format.isBinary ? body : format.edit(body, { model: plain })
}

function readFields(task: Task): Read['fields'] {
  try {
    return formatOf(task).read(task.call.body)
  } catch {
    return {}
  }
}

/** The one that was resolved becomes what the provider calls it; another loses its `@slug/`. */
function plainModel(name: string, { body, modelAlias }: Task, target: Target): string {
  return name === body.model || name === modelAlias ? target.model : name.replace(/^@[^/]+\/(?=.)/, '')
}

function checkNative({ operation }: Passing, { task, target }: TargetTask): void {
  if (operation.family !== 'stored' || target.aiProvider.speaks['openai-responses'] !== undefined) return
  const { call } = task
  throw new GatewayError(
    'invalid_request',
    `${call.method} ${call.path.slice(0, 120)} is only supported for native Responses API providers, and ${target.aiProvider.name} is none: its answers are stored nowhere; send the whole conversation in input`,
    { param: 'model' },
  )
}

/** Every name of a model that can be read must be one that the integration allows; where none can, one that restricts them lets only free requests pass. */
function checkModels({ target: asked, operation, fields }: Read, { task, target }: TargetTask): void {
  const { integration, provider } = target
  const named = [fields.model, task.call.query.model, modelOfPath(asked.path)]
    .filter((name) => typeof name === 'string' && name !== '')
    .map((name) => plainModel(String(name), task, target))
  const refused = named.find((name) => !isModelAllowed(integration, name))
  if (refused !== undefined)
    throw new GatewayError('model_not_allowed', `Model ${refused.slice(0, 120)} is not allowed for this integration`)
  if (named.length > 0 || integration.allowAllModels || operation.cost === 'none') return
  throw new GatewayError(
    'model_not_allowed',
    `@${provider.slug} allows only some models, and ${task.call.method} ${task.call.path.slice(0, 120)} does not say which one it is for; an administrator can allow all models of the integration`,
  )
}

/** A limit that such a request passed would not hold. */
function refuseUnmetered(task: Task, target: Target, { ports }: Line): void {
  if (!ports.gate.isLimited(meteredLimitsOf(task, target))) return
  const { method, path } = task.call
  throw new GatewayError(
    'unsupported_parameter',
    `${method} ${path.slice(0, 120)} is not supported under a limit on cost or tokens: what it uses cannot be known before; use a path that is metered, or a key and provider without such a limit`,
    { param: 'path' },
  )
}
