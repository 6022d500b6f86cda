/** After the client's last byte: the cost, and the one closing of the record. */
import type { Payload } from '../../records/log.ts'
import type { Charge, RequestRecord } from '../../records/record.ts'
import type { Line } from '../line/line.ts'
import type { Task } from '../line/task.ts'
import { wantsBodiesKept } from '../line/wants-bodies.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { chargeOf } from './charge.ts'
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
    const charge = closing.charge ?? (await chargeOfLine(closing))
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

async function chargeOfLine({ line, task, ...closing }: Closing): Promise<Charge> {
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
