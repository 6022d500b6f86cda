/** After the client's last byte: the cost, and the one closing of the record. */
import { type Awaitable, isPending } from '../../awaitable.ts'
import { totalTokens } from '../../inference/usage.ts'
import type { Payload } from '../../records/log.ts'
import type { Charge, RequestRecord } from '../../records/record.ts'
import type { Line } from '../line/line.ts'
import type { Task } from '../line/task.ts'
import { wantsBodiesKept } from '../line/wants-bodies.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { chargeOf } from './charge.ts'
import { loggedBody } from './logged-body.ts'
import { loggedHeaders } from './logged-headers.ts'
import { storeClosed } from './store-closed.ts'

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

/** Never rejects: what cannot be written is told to the operators, and the sweep closes the record later. */
export function close(closing: Closing): Promise<void> {
  const { record, reply } = closing
  record.status = record.outcome === 'client-closed' && !reply.hasBegun ? 499 : reply.status
  record.firstByteAtMs = reply.firstByteAtMs
  try {
    const settling = settleUnfinished(closing)
    const known = settling === undefined ? costAndBodies(closing) : settling.then(() => costAndBodies(closing))
    if (!isPending(known)) return writeClosed(closing, known)
    return known.then((each) => writeClosed(closing, each)).catch((thrown: unknown) => tell(closing, thrown))
  } catch (thrown) {
    tell(closing, thrown)
    return Promise.resolve()
  }
}

interface Known {
  readonly charge: Charge
  /** Absent = bodies are kept out of the log. */
  readonly payload: Payload | undefined
}

/** A promise where the price list, a count of tokens or a form has to be waited for. */
function costAndBodies(closing: Closing): Awaitable<Known> {
  const { record } = closing
  closeLastSpan(closing)
  const charge = closing.charge ?? chargeOfLine(closing)
  const isWanted = closing.task?.keepsBodies ?? wantsBodiesKept(closing.call.headers)
  const isKept = isWanted && record.keepsBodies
  if (!isKept) record.keepOutMessages()
  const payload = isKept ? payloadOf(closing) : undefined
  return isPending(charge) || isPending(payload)
    ? Promise.all([charge, payload]).then(([cost, bodies]) => ({ charge: cost, payload: bodies }))
    : { charge, payload }
}

/** What a request that continues a stored response begins with. */
function rememberStored({ task, line, ports }: Closing): void {
  const meter = line?.tried?.meter
  const { usage } = meter ?? {}
  const tokens = usage === undefined ? undefined : totalTokens(usage)
  if (task?.operation !== 'responses' || meter === undefined || tokens === undefined) return
  ports.storedResponses?.remember(task.caller.workspaceId, meter.answerId, tokens)
}

function writeClosed(closing: Closing, { charge, payload }: Known): Promise<void> {
  const { record, ports } = closing
  rememberStored(closing)
  record.hasPayload = payload !== undefined
  const log = record.toClosedLog(charge, ports.ambient.now())
  // An opening that nobody had to wait for may still be under way: the close makes it needless, and comes to the same in either order.
  return storeClosed(log, payload, closing).then(
    () => record.opening,
    (reason: unknown) => {
      tell(closing, reason)
      return record.opening
    },
  )
}

/** What ran beside the request, and what its layers have to do after it: the record tells of both. undefined = nothing. */
function settleUnfinished({ line }: Closing): Promise<void> | undefined {
  if (line === undefined || (line.unfinished.length === 0 && line.atClose.length === 0)) return undefined
  return settleAll(line)
}

async function settleAll({ unfinished, atClose }: Line): Promise<void> {
  while (unfinished.length > 0) await Promise.all(unfinished.splice(0))
  for (const finish of atClose) await finish()
}

function chargeOfLine({ line, task, ...closing }: Closing): Awaitable<Charge> {
  return line === undefined || task === undefined ? free : chargeOf({ ...closing, line })
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

function payloadOf({ call, reply, line }: Closing): Awaitable<Payload> {
  const { body, contentType } = line?.tried ?? {}
  const redacted = (bytes: Uint8Array) => (line?.redactions ?? []).reduce((rest, redact) => redact(rest), bytes)
  const request = loggedBody(redacted(line?.loggedRequest ?? call.body), call.headers['content-type'])
  const upstreamRequest = body === undefined ? undefined : loggedBody(body, contentType)
  const response = loggedBody(redacted(reply.kept()), reply.headers['content-type'], reply.byteLength)
  const join = (bodies: readonly [Uint8Array, Uint8Array | undefined, Uint8Array]): Payload => ({
    request: { headers: loggedHeaders(call.headers), body: bodies[0] },
    ...(bodies[1] === undefined ? {} : { upstreamRequest: bodies[1] }),
    response: { headers: reply.headers, body: bodies[2], isCut: reply.isCut },
  })
  return isPending(request) || isPending(upstreamRequest) || isPending(response)
    ? Promise.all([request, upstreamRequest, response]).then(join)
    : join([request, upstreamRequest, response])
}
