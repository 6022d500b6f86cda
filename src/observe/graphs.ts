/** The graphs of the analytics API: what each says of a point and of the whole. Money in US cents, durations in milliseconds, rates in percent, as the API family counts. */
import type { Series } from './series.ts'
import { centsOf, ratio, type Totals } from './totals.ts'

type Figures = Readonly<Record<string, unknown>>

interface Graph {
  /** Names in paths; the first is the one that documentation uses. */
  readonly names: readonly string[]
  readonly summary: (whole: Totals) => Figures
  /** Of one point in time, beside its timestamp; `before` = all points before it together. */
  readonly point?: (totals: Totals, upTo: Running) => Figures
  /** In place of points in time. */
  readonly rows?: (whole: Totals) => readonly Figures[]
}

/** Sums up to and with the present point. */
interface Running {
  readonly simpleSavings: number
  readonly semanticSavings: number
}

export interface GraphAnswer {
  readonly object: 'analytics-graph'
  readonly summary: Figures
  readonly data_points: readonly Figures[]
}

const percent = (part: number, whole: number) => 100 * ratio(part, whole)
const requestsOf = (totals: Totals) => totals.of('requests')
const hitsOf = (totals: Totals) => totals.of('simpleHits') + totals.of('semanticHits')

const count = (names: readonly string[], read: (totals: Totals) => number): Graph => ({
  names,
  summary: (whole) => ({ total: read(whole) }),
  point: (totals) => ({ total: read(totals) }),
})

const latency = (totals: Totals): Figures => ({
  avg: ratio(totals.of('totalMs'), requestsOf(totals)),
  p50: totals.latency.quantile(0.5),
  p90: totals.latency.quantile(0.9),
  p95: totals.latency.quantile(0.95),
  p99: totals.latency.quantile(0.99),
})

const tokens = (totals: Totals): Figures => ({
  total: totals.of('tokens'),
  avg: ratio(totals.of('tokens'), totals.of('metered')),
  input: totals.of('inputTokens'),
  output: totals.of('outputTokens'),
  avg_input: ratio(totals.of('inputTokens'), totals.of('metered')),
  avg_output: ratio(totals.of('outputTokens'), totals.of('metered')),
})

const cost = (totals: Totals): Figures => ({
  total: centsOf(totals.of('costNanos')),
  avg: centsOf(ratio(totals.of('costNanos'), requestsOf(totals))),
})

const errorStatuses = (totals: Totals) =>
  [...totals.statuses].filter(([status]) => status === 0 || status >= 400).sort(([one], [other]) => one - other)

const graphs: readonly Graph[] = [
  count(['requests'], requestsOf),
  { names: ['cost'], summary: cost, point: cost },
  { names: ['latency'], summary: latency, point: latency },
  { names: ['tokens'], summary: tokens, point: tokens },
  count(['users'], ({ users }) => users.size),
  {
    names: ['users/requests', 'users-requests'],
    summary: (whole) => ({
      total: requestsOf(whole),
      unique: whole.users.size,
      avg: ratio(requestsOf(whole), whole.users.size),
    }),
    point: (totals) => ({ avg: ratio(requestsOf(totals), totals.users.size) }),
  },
  count(['errors'], (totals) => totals.of('errors')),
  {
    names: ['errors/rate', 'errors-rate'],
    summary: (whole) => ({ rate: percent(whole.of('errors'), requestsOf(whole)) }),
    point: (totals) => ({ rate: percent(totals.of('errors'), requestsOf(totals)) }),
  },
  {
    names: ['errors/stacks', 'errors-stack'],
    summary: (whole) => ({ total: whole.of('errors') }),
    point: (totals) => ({
      stats: errorStatuses(totals).map(([response_status_code, each]) => ({ response_status_code, count: each })),
    }),
  },
  {
    names: ['errors/status-codes', 'errors-status-code'],
    summary: (whole) => ({ total_errors: whole.of('errors'), unique_error_codes: errorStatuses(whole).length }),
    rows: (whole) => errorStatuses(whole).map(([status_code, each]) => ({ status_code, count: each })),
  },
  {
    names: ['requests/rescued', 'requests-rescued'],
    summary: (whole) => ({ retry: sumOf(whole.retries), fallback: whole.of('fallbacks') }),
    point: (totals) => ({
      retry: [...totals.retries]
        .sort(([one], [other]) => one - other)
        .map(([retry_success_count, each]) => ({ retry_success_count, count: each })),
      fallback: totals.of('fallbacks'),
    }),
  },
  {
    names: ['cache/hit-rate', 'cache-hit-rate'],
    summary: (whole) => ({ total: hitsOf(whole), rate: percent(hitsOf(whole), requestsOf(whole)) }),
    point: (totals, upTo) => ({
      simple_hits: totals.of('simpleHits'),
      semantic_hits: totals.of('semanticHits'),
      rate: percent(hitsOf(totals), requestsOf(totals)),
      cumulative_simple_cache_savings: centsOf(upTo.simpleSavings),
      cumulative_semantic_cache_savings: centsOf(upTo.semanticSavings),
    }),
  },
  {
    names: ['cache/latency', 'cache-latency'],
    summary: (whole) => ({ avg: ratio(whole.of('hitMs'), hitsOf(whole)) }),
    point: (totals) => ({ avg: ratio(totals.of('hitMs'), hitsOf(totals)) }),
  },
  count(['feedbacks'], (totals) => totals.of('feedbacks')),
  {
    names: ['feedbacks/scores', 'feedbacks/score'],
    summary: (whole) => ({ total: whole.of('feedbacks') }),
    rows: (whole) =>
      [...whole.scores].sort(([one], [other]) => one - other).map(([score, each]) => ({ score, total: each })),
  },
  {
    names: ['feedbacks/weighted', 'feedbacks-weighted'],
    summary: (whole) => ({ avg: averageFeedback(whole) }),
    point: (totals) => ({ avg: averageFeedback(totals) }),
  },
]

/** Mean of value times weight; 0 where nobody said anything. */
export function averageFeedback(totals: Totals): number {
  return ratio(totals.of('weightedFeedback'), totals.of('feedbacks'))
}

function sumOf(counts: ReadonlyMap<number, number>): number {
  return [...counts.values()].reduce((sum, each) => sum + each, 0)
}

export const graphNames: readonly string[] = graphs.flatMap(({ names }) => names)

/** undefined = there is no graph of that name. */
export function graphAnswer(name: string, series: Series): GraphAnswer | undefined {
  const graph = graphs.find(({ names }) => names.includes(name))
  if (graph === undefined) return undefined
  return {
    object: 'analytics-graph',
    summary: graph.summary(series.whole),
    data_points: graph.rows?.(series.whole) ?? pointsOf(graph, series),
  }
}

function pointsOf({ point }: Graph, { points, buckets }: Series): readonly Figures[] {
  const running = { simpleSavings: 0, semanticSavings: 0 }
  return points.map((totals, at) => {
    running.simpleSavings += totals.of('savedSimpleNanos')
    running.semanticSavings += totals.of('savedSemanticNanos')
    return { timestamp: new Date(buckets.starts[at] ?? 0).toISOString(), ...point?.(totals, { ...running }) }
  })
}

/** `summary/cache`: how much faster a hit is than a call, in percent of the call. */
export function cacheSummary(whole: Totals) {
  const hitMs = ratio(whole.of('hitMs'), hitsOf(whole))
  const missMs = ratio(whole.of('missMs'), whole.of('misses'))
  return {
    object: 'analytics-summary' as const,
    summary: {
      hits: hitsOf(whole),
      avg_latency: hitMs,
      total_requests: requestsOf(whole),
      cache_speedup: hitsOf(whole) === 0 || missMs === 0 ? 0 : percent(missMs - hitMs, missMs),
    },
  }
}
