/** Counts a request among those in flight of its key, where the key limits them: once per request, from its first call of a target to its end. */
import type { Line } from '../../line/line.ts'
import { NoteKey } from '../../line/notes.ts'
import type { Task } from '../../line/task.ts'

const entered = new NoteKey(() => ({ isCounted: false }))

/** undefined = there is nothing to wait for. Throws `concurrency_exceeded`. What a guardrail or a search asks belongs to the request that it serves. */
export function enterInFlight({ caller }: Task, line: Line): Promise<void> | undefined {
  const { apiKey } = caller
  if (apiKey.maxConcurrentRequests === undefined || line.models === undefined) return undefined
  const note = line.notes.of(entered)
  if (note.isCounted) return undefined
  note.isCounted = true
  const { ports, cancellation } = line
  const taking = ports.gate.lease({
    owner: { kind: 'api_key', id: apiKey.id, label: apiKey.masked },
    most: apiKey.maxConcurrentRequests,
    nowMs: ports.ambient.now(),
    deadlineAtMs: cancellation.deadlineAtMs,
  })
  return taking.then(
    (lease) => void line.atClose.push(() => lease.release()),
    (thrown: unknown) => {
      note.isCounted = false
      throw thrown
    },
  )
}
