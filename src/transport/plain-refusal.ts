/** A refusal for whoever asks, where no wire of a client is known: every field that the usual clients read. */
import type { GatewayError } from '../errors.ts'

export interface PlainRefusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function plainRefusal({ message, type, wireCode, status }: GatewayError): PlainRefusal {
  const body = JSON.stringify({ status: 'failure', message, error: { message, type, param: null, code: wireCode } })
  return { status, headers: { 'content-type': 'application/json' }, body }
}
