/** Answers questions by one pass over the rows: graphs, groups, summaries. */
import { type BucketUnit, bucketsOf } from './buckets.ts'
import { type Filter, predicateOf } from './filter.ts'
import { averageFeedback, cacheSummary, type GraphAnswer, graphAnswer } from './graphs.ts'
import { type GroupAnswer, type GroupQuery, groupAnswer } from './groups.ts'
import type { RowSource, ScanScope } from './ports.ts'
import type { Row } from './row.ts'
import { GroupFold, SeriesFold } from './series.ts'
import type { Totals } from './totals.ts'

export interface AnalyticsQuery {
  readonly scope: ScanScope
  readonly filter: Filter
}

/** undefined = there is no graph of that name. */
export async function queryGraph(
  name: string,
  question: AnalyticsQuery & { readonly timeZone: string; readonly unit?: BucketUnit | undefined },
  rows: RowSource,
): Promise<GraphAnswer | undefined> {
  if (name === 'feedbacks/ai-models' || name === 'feedbacks-ai-models') return feedbackByModel(question, rows)
  const fold = new SeriesFold(bucketsOf(question.scope.range, question.timeZone, question.unit))
  await each(question, rows, (row) => fold.add(row))
  return graphAnswer(name, fold.end())
}

async function feedbackByModel(question: AnalyticsQuery, rows: RowSource): Promise<GraphAnswer> {
  const fold = new GroupFold(({ model, feedback }) => (feedback.length === 0 ? undefined : model))
  await each(question, rows, (row) => fold.add(row))
  const points = [...fold.end()]
    .map(([ai_model, totals]) => ({
      ai_model,
      total: totals.of('feedbacks'),
      avg_weighted_feedback: averageFeedback(totals),
    }))
    .sort((one, other) => other.total - one.total || (one.ai_model < other.ai_model ? -1 : 1))
  return { object: 'analytics-graph', summary: {}, data_points: points }
}

export async function queryGroup(question: AnalyticsQuery, group: GroupQuery, rows: RowSource): Promise<GroupAnswer> {
  const fold = new GroupFold(group.plan.keyOf)
  await each(question, rows, (row) => fold.add(row))
  return groupAnswer(fold.end(), group)
}

export async function queryCacheSummary(question: AnalyticsQuery, rows: RowSource) {
  return cacheSummary(await askTotals(question, rows))
}

async function askTotals(question: AnalyticsQuery, rows: RowSource): Promise<Totals> {
  const { range } = question.scope
  const fold = new SeriesFold({ unit: 'month', starts: [range.fromMs] })
  await each(question, rows, (row) => fold.add(row))
  return fold.end().whole
}

async function each({ scope, filter }: AnalyticsQuery, rows: RowSource, take: (row: Row) => void): Promise<void> {
  const isMeant = predicateOf(filter)
  const { fromMs, toMs } = scope.range
  for await (const batch of rows.scan(scope))
    for (const row of batch) if (row.atMs >= fromMs && row.atMs < toMs && isMeant(row)) take(row)
}
