/** Brings the answer of a path that is passed on to the client, byte for byte as it comes, no faster than the client reads. */
import type { Charge } from '../../records/record.ts'
import { addressWarnings, corsHeaders, gatewayHeaders, passOnHeaders } from '../answer/answer-headers.ts'
import { ChunkFeed } from '../answer/chunk-feed.ts'
import type { Reply } from '../answer/reply.ts'
import { brokenBy, patienceMs } from '../answer/upstream-bytes.ts'
import type { Line } from '../line/line.ts'
import type { Task } from '../line/task.ts'
import { findPrice } from '../settle/find-price.ts'
import type { RawAnswer } from './call-raw.ts'
import { UsageWatch } from './usage-watch.ts'

/** Sends everything, never ends the reply. Throws when the answer broke; the reply has begun then. */
export async function relayRaw(
  task: Task,
  { response, target }: RawAnswer,
  reply: Reply,
  line: Line,
): Promise<UsageWatch> {
  const { record, cancellation, ports } = line
  const contentType = response.headers['content-type']
  record.identity.isStream = contentType?.startsWith('text/event-stream') === true
  const watch = new UsageWatch(contentType ?? '', target.model)
  if (task.cost === 'unknown' && !watch.canTell) warnUnpriced(line, task.call.path)
  record.warn(addressWarnings(response.headers))
  reply.begin(response.status, {
    ...passOnHeaders(response.headers),
    ...line.rateHeaders,
    ...gatewayHeaders(record),
    ...corsHeaders(task.call, ports.settings),
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
  })
  const feed = new ChunkFeed(response, ports.ambient)
  try {
    for (;;) {
      const fed = await feed.next(patienceMs)
      if (cancellation.signal.aborted) throw cancellation.signal.reason
      if (fed.type === 'broken') throw fed.cause
      if (fed.type === 'end') break
      if (fed.type === 'silence') continue
      if (task.cost === 'unknown') watch.push(fed.bytes)
      await reply.write(fed.bytes)
    }
  } catch (cause) {
    throw brokenBy(line, cause)
  } finally {
    feed.close()
    record.stopUpstream(ports.ambient.now())
  }
  watch.end()
  record.outcome = 'completed'
  return watch
}

/** What the answer says it used, at the price of the model that was named; unknown where it says nothing. */
export async function chargeOf({ target }: RawAnswer, watch: UsageWatch, task: Task, line: Line): Promise<Charge> {
  if (task.cost === 'none') return { costNanos: 0, isPriced: true, isEstimated: false }
  const { usage: told } = watch
  if (watch.model !== undefined) line.record.modelReported = watch.model
  const hasInput = told?.inputUncached !== undefined || told?.inputCacheRead !== undefined
  const usage = told === undefined || !hasInput ? told : { output: 0, ...told }
  const price =
    hasInput && target.model !== '' ? await findPrice(target, line.ports, line.record.start.startedAtMs) : undefined
  if (usage !== undefined && price !== undefined)
    return { usage, costNanos: price.costNanos(usage), isPriced: true, isEstimated: false }
  warnUnpriced(line, target.model === '' ? task.call.path : target.model)
  return { ...(usage === undefined ? {} : { usage }), isPriced: false, isEstimated: false }
}

function warnUnpriced({ record }: Line, field: string): void {
  const reason = 'what this request costs cannot be read from it or its answer'
  record.warn([{ type: 'unpriced', field: field.slice(0, 120), reason }])
}
