/** Writes a closed record, with its bodies, until it is stored: what a request cost is known only here. */
import type { ClosedLog, Payload } from '../../records/log.ts'
import type { Call, GatewayPorts } from '../ports.ts'

/** Before each further try; the last one is repeated. */
const retryWaitsMs = [100, 250, 500, 1_000, 2_000, 5_000, 10_000]

/**
 * Gives up, by rejecting, only when the request's own deadline has come, or when the process must end. After the
 * deadline the sweep closes the record, charged as held.
 */
export function storeClosed(
  log: ClosedLog,
  payload: Payload | undefined,
  { ports, call }: { readonly ports: GatewayPorts; readonly call: Pick<Call, 'stopping'> },
): Promise<unknown> {
  const { ambient, logs } = ports
  const again = async (thrown: unknown, tries: number): Promise<unknown> => {
    const waitMs = retryWaitsMs[Math.min(tries, retryWaitsMs.length - 1)] ?? 0
    const isOver = ambient.now() + waitMs >= log.deadlineAtMs || call.stopping?.aborted === true
    if (isOver) throw thrown
    await new Promise<void>((resolve) => {
      ambient.schedule(waitMs, resolve)
      call.stopping?.addEventListener('abort', () => resolve(), { once: true })
    })
    return logs.close(log, payload).catch((next: unknown) => again(next, tries + 1))
  }
  return logs.close(log, payload).then(undefined, (thrown: unknown) => again(thrown, 0))
}
