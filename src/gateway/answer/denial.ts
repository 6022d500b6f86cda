/** A guardrail's denial as the client is told it: what was found beside the error, or an ordinary answer in its place. */
import { parseJsonObject } from '../../bytes/json-text.ts'
import type { GatewayError } from '../../errors.ts'
import type { InferenceEvent } from '../../inference/index.ts'
import type { ClientProtocol } from '../../protocols/protocol.ts'
import type { RequestRecord } from '../../records/record.ts'

/** What a denial carries; the body as it is for every other error. */
export function withDenial(body: string, { facts }: GatewayError): string {
  if (facts.hookResults === undefined) return body
  return JSON.stringify({ ...parseJsonObject(Buffer.from(body)), hook_results: facts.hookResults })
}

export interface SoftDenial {
  readonly contentType: string
  readonly text: string
}

/** The refusal as an ordinary answer, where the guardrail wants it so. */
export function softDenial(
  error: GatewayError,
  protocol: ClientProtocol,
  record: RequestRecord,
  nowMs: number,
): SoftDenial | undefined {
  if (error.facts.isSoftDeny !== true || protocol.endpoint?.answersText === false) return undefined
  const { modelAsked: model = '', isStream = false } = record.identity
  const options = { model, wantsUsage: false, isStrict: true, nowMs }
  const text = 'The request or its answer was refused by a guardrail.'
  const events: readonly InferenceEvent[] = [
    { type: 'response-start', id: `refusal-${record.start.id}`, model, createdAtMs: nowMs },
    { type: 'block-start', index: 0, block: { type: 'text' } },
    { type: 'block-delta', index: 0, text },
    { type: 'block-end', index: 0 },
    { type: 'usage', usage: { inputUncached: 0, output: 0 } },
    { type: 'response-end', finish: { reason: 'stop' } },
  ]
  if (!isStream)
    return {
      contentType: 'application/json',
      text: withDenial(protocol.client.writeAnswer(events, options).text, error),
    }
  const writer = protocol.client.openStream(options)
  return { contentType: 'text/event-stream', text: events.map((event) => writer.push(event)).join('') }
}
