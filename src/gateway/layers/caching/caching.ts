/** The layer of the cache: an answer that is kept stands in for the call; a good one is kept for the next. */
import type { Line } from '../../line/line.ts'
import { NoteKey } from '../../line/notes.ts'
import { refuseStopped } from '../../line/refuse-stopped.ts'
import type { Layer } from '../layer.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import { lookUp } from './cache-lookup.ts'
import { captureForCache, storeAnswer } from './cache-store.ts'
import { dropTicket } from './cache-ticket.ts'

export const caching: Layer<PreparedRequest> = (next) => async (request) => {
  const { task, target, line, span, written } = request
  storeAtClose(line)
  const discard = () => dropTicket(line)
  try {
    const cached = await lookUp(request)
    if (cached === undefined) return { ...captureForCache(await next(request), line), discard }
    await refuseStopped(task, target, line.ports)
    line.record.warn(written.warnings)
    Object.assign(span, { status: cached.status, isCached: true })
    return cached
  } catch (thrown) {
    discard()
    throw thrown
  }
}

const storing = new NoteKey(() => ({ isDue: false }))

/** Once per request, whichever of its targets answers. */
function storeAtClose(line: Line): void {
  const note = line.notes.of(storing)
  if (note.isDue) return
  note.isDue = true
  line.atClose.push(async () => {
    await storeAnswer(line)
    dropTicket(line)
  })
}
