/** Counts the tokens of a Messages request without calling its model: by the provider where it can, else by an estimate that says so. */

import { parseJsonObject } from '../../bytes/json-text.ts'
import { GatewayError } from '../../errors.ts'
import { likelyInputTokens } from '../../pricing/likely-tokens.ts'
import { loadProtocol } from '../../protocols/load.ts'
import type { JsonObject, Protocol, ProtocolId } from '../../protocols/protocol.ts'
import { upstreamUrl } from '../../providers/address.ts'
import type { Draft, TokenCounting } from '../../providers/provider.ts'
import { readSome } from '../answer/upstream-bytes.ts'
import { takeHolds } from '../layers/holding/holds.ts'
import { customHeaders, forwardedHeaders } from '../layers/sending/choose.ts'
import { formatOf } from '../line/body-format.ts'
import { customHostOf } from '../line/custom-host.ts'
import type { Line } from '../line/line.ts'
import { placeModel } from '../line/place-model.ts'
import type { Repetition, TargetTask } from '../line/target-request.ts'
import type { Target, Task } from '../line/task.ts'
import { traitsOf } from '../line/traits-of.ts'
import { openSpan } from '../settle/spans.ts'
import { callWith, type RawAnswer } from './call-raw.ts'
import { guardType } from './guard-type.ts'

/** Where a model's tokens are counted, and in which wire the request is said there. */
interface Counter {
  readonly wire: ProtocolId
  readonly counting: TokenCounting
  readonly protocol: Protocol
}

/** An answer of a few numbers. */
const mostOfAnswer = { bytes: 64 * 1024, ms: 30_000 }

export async function callCount(own: TargetTask, line: Line, repetition: Repetition): Promise<RawAnswer> {
  checkMessages(own.task)
  const counter = await counterOf(own.target)
  if (counter === undefined) return estimate(own, line, repetition)
  try {
    const draft: Parameters<typeof callWith>[0] = (each, configurations) => draftOf(counter, each, configurations, line)
    return await tellCounted(await callWith(draft, own, line, repetition), counter, own, line)
  } catch (thrown) {
    if (!isAbsent(thrown)) throw thrown
    return tellEstimate(own, line)
  }
}

function checkMessages({ body: { messages } }: Task): void {
  if (Array.isArray(messages) && messages.length > 0) return
  throw new GatewayError('invalid_request', 'messages must be a non-empty array; its tokens are to be counted', {
    param: 'messages',
  })
}

async function counterOf(target: Target): Promise<Counter | undefined> {
  const { countsTokens = {} } = target.aiProvider
  for (const wire of placeModel(target).wires) {
    const counting = countsTokens[wire]
    if (counting === undefined || counting.models?.test(target.model) === false) continue
    return { wire: wire as ProtocolId, counting, protocol: await loadProtocol(wire as ProtocolId) }
  }
  return undefined
}

/** Servers that speak the wire need not count. */
function isAbsent(thrown: unknown): boolean {
  return (
    thrown instanceof GatewayError && thrown.code === 'upstream_rejected' && [404, 405, 501].includes(thrown.status)
  )
}

function draftOf(
  counter: Counter,
  { task, target }: TargetTask,
  configurations: Readonly<Record<string, unknown>>,
  line: Line,
): Draft {
  const { wire, counting } = counter
  const { aiProvider, forwarded } = target
  const customHost = customHostOf(target)
  const { name } = placeModel(target)
  const url = upstreamUrl({
    aiProvider,
    wire,
    path: counting.path,
    model: counting.cuts === undefined ? name : name.replace(counting.cuts, ''),
    configurations,
    ...(customHost === undefined ? {} : { customHost }),
  })
  if (task.call.query.beta !== undefined) url.searchParams.set('beta', task.call.query.beta)
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...aiProvider.headers,
      ...customHeaders(configurations.custom_headers),
      ...forwardedHeaders(task, target),
      ...forwarded,
    },
    body: bodyOf(counter, task, target, line),
  }
}

/** The client's own bytes where the provider counts them as they are. */
function bodyOf({ counting, protocol }: Counter, task: Task, target: Target, line: Line): Uint8Array {
  const { upstream } = protocol
  const model = placeModel(target).name
  if (upstream.counting === undefined) {
    const foreign = upstream.dropForeign?.(task.body)
    line.record.warn(foreign?.warnings ?? [])
    return formatOf(task).edit(task.call.body, { model, ...counting.sets, ...foreign?.edits })
  }
  const request = task.protocol.client.readRequest({ max_tokens: 1, ...task.body })
  const written = upstream.writeRequest({ ...request, model }, { traits: traitsOf(target) })
  line.record.warn(written.warnings)
  return Buffer.from(JSON.stringify(upstream.counting.writeRequest(written.body)))
}

async function tellCounted(
  answer: RawAnswer,
  { protocol }: Counter,
  { target }: TargetTask,
  line: Line,
): Promise<RawAnswer> {
  const { counting } = protocol.upstream
  if (counting === undefined) return answer
  const tokens = counting.readAnswer(parseJsonObject(await readSome(answer.response, mostOfAnswer, line)))
  if (tokens === undefined)
    throw new GatewayError('upstream_rejected', `${target.aiProvider.name} answered without a count of tokens`)
  return tell(target, { input_tokens: tokens })
}

async function estimate(own: TargetTask, line: Line, repetition: Repetition): Promise<RawAnswer> {
  const { task, target } = own
  const span = openSpan({ upstream: task.protocol, isPassthrough: false }, target, line, repetition)
  await guardType(own, line)
  await takeHolds(task, target, line)
  Object.assign(span, { status: 200, endedAtMs: line.ports.ambient.now() })
  return tellEstimate(own, line)
}

function tellEstimate({ task, target }: TargetTask, line: Line): RawAnswer {
  const reason = `${target.aiProvider.name} does not count the tokens of this model; this is a likely figure`
  line.record.warn([{ type: 'estimated', field: 'input_tokens', reason }])
  return tell(target, { input_tokens: likelyInputTokens(task.body), estimated: true })
}

function tell(target: Target, body: JsonObject): RawAnswer {
  const bytes = Buffer.from(JSON.stringify(body))
  const response = { status: 200, headers: { 'content-type': 'application/json' }, body: chunksOf(bytes) }
  return { target, response }
}

async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
