/** Graphs, groups and summaries over past requests, under the names of both SDKs and of the documentation. */
import { GatewayError } from '../../errors.ts'
import { nearestNames } from '../../nearest.ts'
import { graphNames } from '../../observe/graphs.ts'
import { type GroupColumn, groupColumns, groupNames, planGroup } from '../../observe/groups.ts'
import { type AnalyticsQuery, queryCacheSummary, queryGraph, queryGroup } from '../../observe/query.ts'
import { readFilter, readList, readRange, readTimeZone, readUnit, readWholeNumber } from '../../observe/read-query.ts'
import { requireAny } from '../caller.ts'
import { analyticsAnswer } from '../document-answers.ts'
import { type AdminRequest, findWorkspace, type JsonObject, param } from '../request.ts'
import type { Resource, Verb } from '../resource.ts'

const viewers = ['analytics.view']
const byModel = ['feedbacks/ai-models', 'feedbacks-ai-models']

const analyticsParameters = {
  time_of_generation_min: 'from this instant on',
  time_of_generation_max: 'before this instant',
  workspace_slug: 'the workspace; absent = all that the key may see',
}

export const analytics: Resource = {
  object: 'analytics',
  path: '/analytics',
  verbs: [
    ...[...graphNames, ...byModel].map(graphVerb),
    get('/analytics/summary/cache', async (request) =>
      queryCacheSummary(await questionOf(request), request.ports.rows),
    ),
    get('/analytics/groups/metadata/{key}', (request) => readGroup(request, `metadata/${param(request, 'key')}`)),
    get('/analytics/groups/{groupBy}', (request) => readGroup(request, param(request, 'groupBy'))),
  ],
}

function get(path: string, handle: (request: AdminRequest) => Promise<object>): Verb {
  return {
    method: 'GET',
    path,
    shape: {
      summary: `Analytics: ${path.replace(/^\/analytics\//, '')}`,
      query: analyticsParameters,
      answer: analyticsAnswer,
    },
    async handle(request) {
      requireAny(request.caller, viewers)
      return (await handle(request)) as JsonObject
    },
  }
}

function graphVerb(name: string): Verb {
  return get(`/analytics/graphs/${name}`, async (request) => {
    const { query, ports } = request
    const question = { ...(await questionOf(request)), timeZone: readTimeZone(query), unit: readUnit(query) }
    const answer = await queryGraph(name, question, ports.rows)
    if (answer === undefined) throw new GatewayError('internal', `the graph '${name}' has a path and no answer`)
    return answer
  })
}

async function readGroup(request: AdminRequest, name: string): Promise<object> {
  const { query, ports } = request
  const plan = planGroup(name)
  if (plan === undefined) throw unknown('group', name, [...groupNames, 'metadata/<key>'])
  const columns = query.columns === undefined ? [] : readList(query.columns, 'columns').map(columnNamed)
  return queryGroup(
    await questionOf(request),
    {
      plan,
      columns,
      orderBy: query.order_by ? columnNamed(query.order_by) : 'requests',
      isAscending: query.order_by_type?.toLowerCase() === 'asc',
      page: readWholeNumber(query, ['current_page', 'currentPage'], { usual: 0, most: 1_000_000 }),
      pageSize: readWholeNumber(query, ['page_size', 'pageSize'], { usual: 50, most: 1_000 }),
    },
    ports.rows,
  )
}

function columnNamed(name: string): GroupColumn {
  const column = groupColumns.find((each) => each === name)
  if (column === undefined) throw unknown('column', name, groupColumns)
  return column
}

function unknown(what: string, name: string, allowed: readonly string[]): GatewayError {
  const [near] = nearestNames(name, [...allowed], 1)
  const hint = near === undefined ? `there are ${allowed.join(', ')}` : `did you mean '${near}'?`
  return new GatewayError('invalid_request', `there is no ${what} '${name.slice(0, 60)}'; ${hint}`, { param: what })
}

/** A workspace key sees its own workspace, whatever it names; an organisation key one that it names, else all. */
export async function questionOf(
  { query, caller, ports }: AdminRequest,
  fields: JsonObject = query,
): Promise<AnalyticsQuery> {
  const named = caller.workspaceId ?? textAt(fields.workspace_slug) ?? textAt(fields.workspace_id)
  const workspaceId = named === undefined ? undefined : (await findWorkspace({ ports }, named)).document.id
  return {
    scope: { range: readRange(fields), ...(workspaceId === undefined ? {} : { workspaceId }) },
    filter: readFilter(fields, ['workspace_id']),
  }
}

function textAt(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
