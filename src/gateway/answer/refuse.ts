/** Tells a client that its request has ended without a whole answer: a status and a body, or, once begun, a frame in its own wire. */
import type { GatewayError } from '../../errors.ts'
import type { ClientProtocol, StreamWriter } from '../../protocols/protocol.ts'
import type { RequestRecord } from '../../records/record.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { corsHeaders, gatewayHeaders, retryHeaders } from './answer-headers.ts'
import { softDenial, withDenial } from './denial.ts'
import type { Reply } from './reply.ts'

export interface Refusal {
  readonly error: GatewayError
  readonly call: Call
  readonly protocol: ClientProtocol
  readonly record: RequestRecord
  readonly ports: GatewayPorts
  readonly rateHeaders: Readonly<Record<string, string>>
  /** The provider's own error frame has gone out already. */
  readonly hasToldError: boolean
  /** Of a translated stream that has begun. */
  readonly writer?: StreamWriter
}

/** Never ends the reply and never throws. */
export async function refuse(refusal: Refusal, reply: Reply): Promise<void> {
  const { error, record, ports } = refusal
  record.error = error
  record.outcome = outcomeOf(error, reply.hasBegun)
  if (error.code === 'internal') logInternal(refusal)
  if (reply.hasBegun) return tellBegun(refusal, reply)
  const soft = softDenial(error, refusal.protocol, record, ports.ambient.now())
  const headers = {
    ...error.facts.headers,
    ...refusal.rateHeaders,
    ...gatewayHeaders(record),
    ...retryHeaders(error),
    ...corsHeaders(refusal.call, ports.settings),
    'content-type': soft?.contentType ?? 'application/json',
  }
  reply.begin(soft === undefined ? error.status : 200, headers)
  await reply.write(soft?.text ?? bodyOf(refusal))
}

/** A stream gets an error frame; any other answer that broke in the middle can only be broken off. */
async function tellBegun({ error, protocol, record, hasToldError, writer }: Refusal, reply: Reply): Promise<void> {
  const isStream = reply.headers['content-type']?.startsWith('text/event-stream') === true
  if (!isStream) return reply.abort()
  if (hasToldError || error.code === 'client_closed') return
  const { traceId } = record.start
  await reply.write(writer?.fail?.(error, traceId) ?? protocol.client.writeStreamError(error, traceId))
}

function bodyOf({ error, protocol, record }: Refusal): string {
  const { isVerbatim, rawBody } = error.facts
  if (isVerbatim === true && rawBody !== undefined) return rawBody
  return withDenial(protocol.client.writeError(error, record.start.traceId), error)
}

function outcomeOf(error: GatewayError, hasBegun: boolean) {
  if (error.code === 'client_closed') return 'client-closed'
  if (hasBegun) return 'interrupted'
  return error.row.fault === 'client' || error.row.fault === 'policy' ? 'refused' : 'failed'
}

function logInternal({ error, record, ports }: Refusal): void {
  const { cause } = error
  ports.ambient.log({
    level: 'error',
    message: 'a request failed inside the gateway',
    logId: record.start.id,
    traceId: record.start.traceId,
    cause: cause instanceof Error ? cause.stack : String(cause),
  })
}
