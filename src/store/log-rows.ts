/** Closed records as rows, straight from the logs table, with the feedback on their traces. Implements the observe room's RowSource. */
import type { FeedbackStore } from '../observe/feedback.ts'
import type { RowSource, ScanScope } from '../observe/ports.ts'
import { type Row, type RowFeedback, rowOf } from '../observe/row.ts'
import type { LogFeed } from './log-feed.ts'

const pageSize = 1_000

export function createLogRows(options: {
  readonly logs: Pick<LogFeed, 'listClosed'>
  readonly feedback: Pick<FeedbackStore, 'listSince'>
  /** Of all workspaces. */
  readonly workspaceIds: () => Promise<readonly string[]>
}): RowSource {
  return {
    async *scan(scope) {
      if (scope.workspaceId !== undefined) {
        yield* scanWorkspace(options, scope, scope.workspaceId)
        return
      }
      for (const workspaceId of await options.workspaceIds()) yield* scanWorkspace(options, scope, workspaceId)
      yield* scanWorkspace(options, scope, undefined)
    },
  }
}

async function* scanWorkspace(
  { logs, feedback }: Pick<Parameters<typeof createLogRows>[0], 'logs' | 'feedback'>,
  { range }: ScanScope,
  workspaceId: string | undefined,
): AsyncGenerator<readonly Row[]> {
  const said = workspaceId === undefined ? undefined : byTrace(await feedback.listSince(workspaceId, range.fromMs))
  let cursor: string | undefined
  do {
    const page = await logs.listClosed({
      ...range,
      limit: pageSize,
      ...(workspaceId === undefined ? {} : { workspaceId }),
      ...(cursor === undefined ? {} : { cursor }),
    })
    if (page.logs.length > 0) yield page.logs.map((log) => rowOf(log, said?.get(log.traceId)))
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

function byTrace(list: Awaited<ReturnType<FeedbackStore['listSince']>>): ReadonlyMap<string, readonly RowFeedback[]> {
  const said = new Map<string, RowFeedback[]>()
  for (const { traceId, value, weight } of list) said.set(traceId, [...(said.get(traceId) ?? []), { value, weight }])
  return said
}
