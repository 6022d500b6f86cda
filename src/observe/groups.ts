/** The groups of the analytics API: requests by user, model, key, metadata value and so on, with the columns that were asked for. */

import { type TextColumn, textOf } from './filter.ts'
import { averageFeedback } from './graphs.ts'
import type { Row } from './row.ts'
import type { GroupKey } from './series.ts'
import { centsOf, ratio, type Totals } from './totals.ts'

interface Group {
  /** Column of the row that groups. */
  readonly by: TextColumn
  /** Key of the group's value in the answer. */
  readonly key: string
}

const groups: Readonly<Record<string, Group>> = {
  users: { by: 'user', key: 'user' },
  'ai-models': { by: 'model', key: 'ai_model' },
  workspaces: { by: 'workspace', key: 'workspace' },
  user: { by: 'user', key: 'user' },
  ai_service: { by: 'ai_service', key: 'ai_service' },
  model: { by: 'model', key: 'model' },
  status_code: { by: 'status_code', key: 'status_code' },
  api_key: { by: 'api_key', key: 'api_key' },
  config: { by: 'config', key: 'config' },
  workspace: { by: 'workspace', key: 'workspace' },
  provider: { by: 'provider', key: 'provider' },
  prompt: { by: 'prompt', key: 'prompt' },
  client: { by: 'client', key: 'client' },
  error_code: { by: 'error_code', key: 'error_code' },
  trace: { by: 'trace_id', key: 'trace_id' },
}

/** What can be said of a group; money in cents. */
const columns = {
  requests: (totals) => totals.of('requests'),
  cost: (totals) => centsOf(totals.of('costNanos')),
  avg_cost: (totals) => centsOf(ratio(totals.of('costNanos'), totals.of('requests'))),
  total_tokens: (totals) => totals.of('tokens'),
  avg_tokens: (totals) => ratio(totals.of('tokens'), totals.of('metered')),
  avg_input_tokens: (totals) => ratio(totals.of('inputTokens'), totals.of('metered')),
  avg_output_tokens: (totals) => ratio(totals.of('outputTokens'), totals.of('metered')),
  avg_latency: (totals) => ratio(totals.of('totalMs'), totals.of('requests')),
  p50_latency: (totals) => totals.latency.quantile(0.5),
  p90_latency: (totals) => totals.latency.quantile(0.9),
  p95_latency: (totals) => totals.latency.quantile(0.95),
  p99_latency: (totals) => totals.latency.quantile(0.99),
  success_rate: (totals) => 100 * ratio(totals.of('requests') - totals.of('errors'), totals.of('requests')),
  error_count: (totals) => totals.of('errors'),
  cache_hit_rate: (totals) => 100 * ratio(totals.of('simpleHits') + totals.of('semanticHits'), totals.of('requests')),
  users: (totals) => totals.users.size,
  avg_weighted_feedback: averageFeedback,
  requests_with_feedback: (totals) => totals.of('rated'),
  last_seen: (totals) => new Date(totals.lastMs).toISOString(),
  first_seen: (totals) => new Date(totals.firstMs).toISOString(),
} satisfies Record<string, (totals: Totals) => number | string>

export type GroupColumn = keyof typeof columns

export const groupNames: readonly string[] = Object.keys(groups)
export const groupColumns = Object.keys(columns) as readonly GroupColumn[]

const usualColumns: Readonly<Record<string, readonly GroupColumn[]>> = {
  users: ['requests', 'cost'],
  'ai-models': ['requests'],
  workspaces: ['requests', 'cost'],
}
const metadataColumns: readonly GroupColumn[] = [
  'requests',
  'cost',
  'avg_tokens',
  'avg_weighted_feedback',
  'requests_with_feedback',
  'last_seen',
]

/** How a group is asked for: `metadata/<key>`, or one of `groupNames`. */
export interface GroupPlan {
  readonly keyOf: GroupKey
  readonly key: string
  readonly columns: readonly GroupColumn[]
}

/** undefined = there is no such group. */
export function planGroup(name: string): GroupPlan | undefined {
  const metadataKey = name.startsWith('metadata/') ? name.slice('metadata/'.length) : undefined
  if (metadataKey !== undefined)
    return {
      keyOf: ({ metadata }: Row) => (Object.hasOwn(metadata, metadataKey) ? metadata[metadataKey] : undefined),
      key: 'metadata_value',
      columns: metadataColumns,
    }
  const group = Object.hasOwn(groups, name) ? groups[name] : undefined
  if (group === undefined) return undefined
  return { keyOf: (row) => textOf(row, group.by), key: group.key, columns: usualColumns[name] ?? ['requests'] }
}

export interface GroupQuery {
  readonly plan: GroupPlan
  /** Beside the plan's own. */
  readonly columns: readonly GroupColumn[]
  readonly orderBy: GroupColumn
  readonly isAscending: boolean
  /** From 0. */
  readonly page: number
  readonly pageSize: number
}

export interface GroupAnswer {
  readonly object: 'list'
  readonly total: number
  readonly data: readonly Readonly<Record<string, unknown>>[]
}

/** Groups that are equal in the ordering column stand in the order of their names, so that pages never overlap. */
export function groupAnswer(found: ReadonlyMap<string, Totals>, question: GroupQuery): GroupAnswer {
  const { plan, orderBy, isAscending, page, pageSize } = question
  const shown = [...new Set([...plan.columns, ...question.columns])]
  const read = columns[orderBy]
  const sign = isAscending ? 1 : -1
  const ordered = [...found]
    .map(([name, totals]) => ({ name, totals, rank: read(totals) }))
    .sort((one, other) => sign * compare(one.rank, other.rank) || compare(one.name, other.name))
  return {
    object: 'list',
    total: ordered.length,
    data: ordered.slice(page * pageSize, (page + 1) * pageSize).map(({ name, totals }) => ({
      [plan.key]: name,
      ...Object.fromEntries(shown.map((column) => [column, columns[column](totals)])),
      object: 'analytics-group',
    })),
  }
}

function compare(one: number | string, other: number | string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
