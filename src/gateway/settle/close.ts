/** After the client's last byte: the cost, and the one closing of the record. */
import { addUsage, totalInput, type Usage } from '../../inference/index.ts'
import { estimateTextTokens } from '../../pricing/estimate.ts'
import type { ModelPrice } from '../../pricing/price.ts'
import type { Payload } from '../../records/log.ts'
import type { Charge, RequestRecord } from '../../records/record.ts'
import type { Line, Tried } from '../line/line.ts'
import type { Meter } from '../line/meter.ts'
import type { Task } from '../line/task.ts'
import { wantsBodiesKept } from '../line/wants-bodies.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { unpricedTools, withSearches } from './beside-tokens.ts'
import { findPrice, mostInputTokens } from './find-price.ts'
import { keptBody } from './kept-body.ts'
import { keptHeaders } from './kept-headers.ts'

/** What the client was sent. */
interface SentAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly hasBegun: boolean
  readonly firstByteAtMs: number | undefined
  readonly byteLength: number
  /** More was sent than was kept. */
  readonly isCut: boolean
  kept(): Uint8Array
}

export interface Closing {
  readonly call: Call
  readonly reply: SentAnswer
  readonly record: RequestRecord
  readonly ports: GatewayPorts
  /** Absent when the request was refused before it was understood. */
  readonly task?: Task
  readonly line?: Line
  /** Known already; absent = to be worked out from what was metered. */
  readonly charge?: Charge
}

const free: Charge = { costNanos: 0, isPriced: true, isEstimated: false }

/** Never throws: what cannot be written is told to the operators, and the sweep closes the record later. */
export async function close(closing: Closing): Promise<void> {
  const { record, reply, ports } = closing
  try {
    record.status = record.outcome === 'client-closed' && !reply.hasBegun ? 499 : reply.status
    record.firstByteAtMs = reply.firstByteAtMs
    await settleUnfinished(closing)
    closeLastSpan(closing)
    const charge = closing.charge ?? (await chargeOf(closing))
    const isWanted = closing.task?.keepsBodies ?? wantsBodiesKept(closing.call.headers)
    const isKept = isWanted && record.keepsBodies
    if (!isKept) record.keepOutMessages()
    const payload = isKept ? await payloadOf(closing) : undefined
    record.hasPayload = payload !== undefined
    const log = record.toClosedLog(charge, ports.ambient.now())
    // An opening that nobody had to wait for may still be under way: the close makes it needless, and comes to the same in either order.
    const writes = [ports.logs.close(log), payload && ports.payloads.put(log, payload), record.opening]
    for (const result of await Promise.allSettled(writes))
      if (result.status === 'rejected') tell(closing, result.reason)
  } catch (thrown) {
    tell(closing, thrown)
  }
}

/** What ran beside the request, and what its layers have to do after it: the record tells of both. */
async function settleUnfinished({ line }: Closing): Promise<void> {
  if (line === undefined) return
  while (line.unfinished.length > 0) await Promise.all(line.unfinished.splice(0))
  for (const finish of line.atClose) await finish()
}

function tell({ record, ports }: Closing, thrown: unknown): void {
  ports.ambient.log({
    level: 'error',
    message: 'a record could not be closed; the sweep will close it as interrupted',
    logId: record.start.id,
    cause: thrown instanceof Error ? thrown.stack : String(thrown),
  })
}

function closeLastSpan({ record, ports }: Closing): void {
  const last = record.attempts.at(-1)
  if (last !== undefined) last.endedAtMs ??= ports.ambient.now()
}

/** What the request costs: its last call, and those before it that were given up although they may be billed. */
async function chargeOf(closing: Closing): Promise<Charge> {
  const { task, line } = closing
  if (task === undefined || line?.tried === undefined) return free
  let charge = await chargeOfCall(closing, line.tried)
  for (const lost of line.lost) charge = addLost(charge, await chargeOfCall(closing, lost))
  return charge
}

/** Tokens of answers that were seen and not used add up; what nobody saw is only charged. */
function addLost(charge: Charge, lost: Charge): Charge {
  const isAdded = charge.usage !== undefined && lost.usage !== undefined && !lost.isEstimated
  const usage = isAdded ? addUsage(charge.usage, lost.usage) : (charge.usage ?? lost.usage)
  return {
    isPriced: charge.isPriced && lost.isPriced,
    isEstimated: charge.isEstimated || lost.isEstimated,
    ...(usage === undefined ? {} : { usage }),
    ...(charge.costNanos === undefined || lost.costNanos === undefined
      ? {}
      : { costNanos: charge.costNanos + lost.costNanos }),
  }
}

/** Nothing, when the provider did not begin to answer and was not cut short. */
async function chargeOfCall({ record, ports, line }: Closing, tried: Tried): Promise<Charge> {
  const { target, task, meter, isCut } = tried
  if (!meter.hasAnswer && isCut !== true) return free
  const isWhole = record.outcome === 'completed' && tried === line?.tried
  const { beside = { factor: 1 } } = tried
  const isUnseen = !meter.hasAnswer || (!isWhole && isSilent(task, meter))
  const { usage: seen, isEstimated } = isUnseen ? unseenUsage(task, meter, tried) : usageOf(task, meter, isWhole)
  const usage = withSearches(seen, beside, isWhole || meter.finish !== undefined)
  if (isEstimated) record.warn([{ type: 'estimated', field: 'usage', reason: 'the provider did not report all of it' }])
  const price = await findPrice(target, ports, record.start.startedAtMs)
  if (price?.covers(usedIn(usage)) !== true) {
    record.warn([{ type: 'unpriced', field: target.model, reason: 'no price is known; set one on the integration' }])
    return { usage, isPriced: false, isEstimated }
  }
  for (const name of unpricedTools(beside, price))
    record.warn([{ type: 'unpriced', field: `tools.${name}`, reason: 'what the provider takes for it is not known' }])
  const heldNanos = isUnseen ? mostHeld(tried, 'cost') : 0
  const costNanos = Math.max(heldNanos, Math.ceil(price.costNanos(usage) * beside.factor))
  return { usage, costNanos, isPriced: true, isEstimated }
}

/** Input that is free has a price all the same, where output has one. */
function usedIn(usage: Usage): Parameters<ModelPrice['covers']>[0] {
  const { images, characters, audioSeconds, searches, output = 0 } = usage
  const input = totalInput(usage) ?? 0
  const units = Object.fromEntries(
    Object.entries({ images, characters, audioSeconds, searches }).filter(([, value]) => value !== undefined),
  )
  return { input, output: input > 0 ? Math.max(1, output) : output, units }
}

/** Nobody saw the answer, but it may be billed: where limits hold something for it, that is what it is charged. */
function unseenUsage(task: Task, meter: Meter, tried: Tried): { readonly usage: Usage; readonly isEstimated: boolean } {
  const input = mostInputTokens(task, undefined)
  const output = Math.max(tokensSeen(task, meter), mostHeld(tried, 'tokens') - input)
  return { usage: { inputUncached: input, ...task.peek.units, ...meter.usage, output }, isEstimated: true }
}

/** Text was to come, and none has: what the model thought in silence is billed, and nobody knows how much it was. */
function isSilent({ peek, protocol }: Task, { bytes, usage, finish, error }: Meter): boolean {
  const isText = peek.isOutputFixed !== true && protocol.endpoint?.answersText !== false
  // one token of output is what Anthropic's first event says of every answer
  return isText && bytes === 0 && (usage?.output ?? 0) <= 1 && finish === undefined && error === undefined
}

/** Four bytes a token, and no piece of a stream is less than one; of several answers only the first is read. */
function tokensSeen({ peek }: Task, { bytes, pieces }: Meter): number {
  return Math.max(estimateTextTokens(bytes), pieces) * peek.answers
}

function mostHeld({ holds = [] }: Tried, resource: 'cost' | 'tokens'): number {
  return Math.max(0, ...holds.filter((hold) => hold.resource === resource).map((hold) => hold.amount))
}

/** The provider's figures; where an answer ended before they came, an estimate of what is missing. An explicit 0 stays 0. */
function usageOf(task: Task, meter: Meter, isWhole: boolean): { readonly usage: Usage; readonly isEstimated: boolean } {
  const { usage: reported, isBound } = withUnits(meter.usage ?? {}, task)
  const hasInput = reported.inputUncached !== undefined || reported.inputCacheRead !== undefined
  const isOutputKnown = reported.output !== undefined && (isWhole || meter.finish !== undefined)
  if (hasInput && isOutputKnown) return { usage: reported, isEstimated: isBound }
  const { isOutputFixed = false, maxOutputTokens = 0, answers } = task.peek
  const made = isOutputFixed ? maxOutputTokens * answers : tokensSeen(task, meter)
  const output = Math.max(reported.output ?? 0, made)
  return {
    usage: {
      ...reported,
      ...(hasInput ? {} : { inputUncached: mostInputTokens(task, undefined) }),
      ...(isOutputKnown ? {} : { output }),
    },
    isEstimated: true,
  }
}

/** Units that the answer does not tell are those asked for, a bound only where it tells nothing at all; none are tokens where none are counted. */
function withUnits(told: Usage, { peek }: Task): { readonly usage: Usage; readonly isBound: boolean } {
  const { units, isUnitsBound = false, inputTokens, maxOutputTokens } = peek
  const { images, characters, audioSeconds, searches, output } = told
  const hasUnits = [images, characters, audioSeconds, searches].some((each) => each !== undefined)
  const isBound = !hasUnits && isUnitsBound && output === undefined
  const isAdded = !hasUnits && (isBound || !isUnitsBound)
  const none = inputTokens === 0 && maxOutputTokens === 0 ? { inputUncached: 0, output: 0 } : {}
  return { usage: { ...none, ...(isAdded ? units : {}), ...told }, isBound }
}

async function payloadOf({ call, reply, line }: Closing): Promise<Payload> {
  const { body, contentType } = line?.tried ?? {}
  const redacted = (bytes: Uint8Array) => (line?.redactions ?? []).reduce((rest, redact) => redact(rest), bytes)
  const request = redacted(line?.loggedRequest ?? call.body)
  return {
    request: { headers: keptHeaders(call.headers), body: await keptBody(request, call.headers['content-type']) },
    ...(body === undefined ? {} : { upstreamRequest: await keptBody(body, contentType) }),
    response: {
      headers: reply.headers,
      body: await keptBody(redacted(reply.kept()), reply.headers['content-type'], reply.byteLength),
      isCut: reply.isCut,
    },
  }
}
