/** Graphs and groups against the plainest fold over the same rows. */
import { describe, expect, it } from 'vitest'
import { type TrafficOptions, trafficOf } from '../../test/support/traffic.ts'
import { bucketsOf } from './buckets.ts'
import { type Filter, predicateOf } from './filter.ts'
import { cacheSummary, graphAnswer, graphNames } from './graphs.ts'
import { groupAnswer, groupColumns, groupNames, planGroup } from './groups.ts'
import type { Row } from './row.ts'
import { GroupFold, SeriesFold } from './series.ts'
import { Totals } from './totals.ts'

const seed = 20_261_129
const fromMs = Date.UTC(2026, 9, 20)
const toMs = Date.UTC(2026, 10, 20)
const options: TrafficOptions = { seed, rows: 5_000, fromMs, toMs }
const rows = trafficOf(options)

function seriesOf(some: readonly Row[], timeZone = 'UTC') {
  const fold = new SeriesFold(bucketsOf({ fromMs, toMs }, timeZone))
  for (const row of some) fold.add(row)
  return fold.end()
}

function groupsOf(name: string, some: readonly Row[]) {
  const plan = planGroup(name)
  if (plan === undefined) throw new Error(name)
  const fold = new GroupFold(plan.keyOf)
  for (const row of some) fold.add(row)
  return { plan, found: fold.end() }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const isGood = ({ status }: Row) => status < 400
const costOf = (some: readonly Row[]) => sum(some.map(({ costNanos = 0 }) => costNanos))
const summaryOf = (name: string, some = rows) => graphAnswer(name, seriesOf(some))?.summary

describe('a graph', () => {
  it.each(graphNames)("'%s' has a summary, and points that are the range", (name) => {
    const answer = graphAnswer(name, seriesOf(rows))
    expect(answer?.object).toBe('analytics-graph')
    expect(JSON.stringify(answer)).not.toMatch(/null|NaN|Infinity/)
  })

  it('of cost is exact to the nano-dollar, in its points and in all', () => {
    const series = seriesOf(rows)
    expect(series.whole.of('costNanos')).toBe(costOf(rows))
    const byDay = Map.groupBy(rows, ({ atMs }) => Math.floor(atMs / 86_400_000) * 86_400_000)
    expect(series.points.map((point) => point.of('costNanos'))).toEqual(
      series.buckets.starts.map((start) => costOf(byDay.get(start) ?? [])),
    )
  })

  it('counts requests, users, errors and tokens as they are', () => {
    expect(summaryOf('requests')).toEqual({ total: rows.length })
    expect(summaryOf('users')).toEqual({ total: new Set(rows.flatMap(({ user }) => user ?? [])).size })
    expect(summaryOf('errors')).toEqual({ total: rows.filter((row) => !isGood(row)).length })
    expect(summaryOf('tokens')).toMatchObject({ total: sum(rows.map(({ totalTokens = 0 }) => totalTokens)) })
    const codes = Map.groupBy(
      rows.filter((row) => !isGood(row)),
      ({ status }) => status,
    )
    expect(graphAnswer('errors/status-codes', seriesOf(rows))).toMatchObject({
      summary: { unique_error_codes: codes.size },
      data_points: [...codes.keys()]
        .toSorted()
        .map((status_code) => ({ status_code, count: codes.get(status_code)?.length })),
    })
  })

  it('of latency is within one percent of the true quantiles', () => {
    const sorted = rows.map(({ totalMs }) => totalMs).toSorted((one, other) => one - other)
    const summary = summaryOf('latency')
    for (const [name, share] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const truth = sorted[Math.floor(share * (sorted.length - 1))] ?? 0
      expect(Math.abs(Number(summary?.[name]) - truth) / truth).toBeLessThan(0.01)
    }
  })

  it('tells who was rescued, and what the cache saved', () => {
    const rescued = rows.filter((row) => isGood(row) && row.retry > 0)
    expect(summaryOf('requests-rescued')).toEqual({
      retry: rescued.length,
      fallback: rows.filter((row) => isGood(row) && row.fellBack).length,
    })
    const hits = rows.filter(({ cacheStatus }) => cacheStatus.endsWith('HIT'))
    expect(summaryOf('cache-hit-rate')).toEqual({ total: hits.length, rate: (100 * hits.length) / rows.length })
    const last = graphAnswer('cache/hit-rate', seriesOf(rows))?.data_points.at(-1)
    const savedBy = (status: string) =>
      sum(hits.filter(({ cacheStatus }) => cacheStatus === status).map(({ savedNanos = 0 }) => savedNanos)) / 1e7
    expect(last?.cumulative_simple_cache_savings).toBeCloseTo(savedBy('HIT'), 6)
    expect(last?.cumulative_semantic_cache_savings).toBeCloseTo(savedBy('SEMANTIC HIT'), 6)
    expect(cacheSummary(seriesOf(rows).whole).summary).toMatchObject({ hits: hits.length, total_requests: rows.length })
  })

  it.each(['UTC', 'Asia/Kolkata', 'America/Los_Angeles', 'Europe/Zurich'])(
    'of days in %s adds up to the range',
    (zone) => {
      const series = seriesOf(rows, zone)
      expect(sum(series.points.map((point) => point.of('requests')))).toBe(rows.length)
      expect(new Set(series.buckets.starts).size).toBe(series.buckets.starts.length)
    },
  )
})

describe('a group', () => {
  it.each([...groupNames, 'metadata/team'])("'%s' adds up to the requests that belong to one", (name) => {
    const { plan, found } = groupsOf(name, rows)
    const inOne = rows.filter((row) => plan.keyOf(row) !== undefined)
    expect(sum([...found.values()].map((totals) => totals.of('requests')))).toBe(inOne.length)
    expect(sum([...found.values()].map((totals) => totals.of('costNanos')))).toBe(costOf(inOne))
  })

  it('comes in pages that never overlap, ordered by any column', () => {
    const { plan, found } = groupsOf('users', rows)
    for (const orderBy of groupColumns) {
      const pages = [0, 1, 2, 3, 4, 5, 6, 7].map((page) =>
        groupAnswer(found, { plan, columns: [orderBy], orderBy, isAscending: false, page, pageSize: 9 }),
      )
      const names = pages.flatMap(({ data }) => data.map(({ user }) => user))
      expect(new Set(names).size).toBe(found.size)
      expect(names).toHaveLength(found.size)
    }
  })
})

describe('a filter', () => {
  const filters: readonly (readonly [Filter, (row: Row) => boolean])[] = [
    [
      [{ type: 'in', column: 'model', values: ['gpt-5', 'gpt-5-mini'] }],
      ({ model }) => model?.startsWith('gpt-5') === true,
    ],
    [[{ type: 'in', column: 'user', values: ['user-1'], not: true }], ({ user }) => user !== 'user-1'],
    [[{ type: 'range', column: 'cost_nanos', min: 1_000_000 }], ({ costNanos = -1 }) => costNanos >= 1_000_000],
    [[{ type: 'metadata', key: 'team', values: ['sales'] }], ({ metadata }) => metadata.team === 'sales'],
    [[{ type: 'metadata', key: 'constructor', values: ['sales'] }], () => false],
    [[{ type: 'text', text: 'FAILED with 50' }], ({ status }) => status >= 500],
    [
      [
        { type: 'in', column: 'status_code', values: ['200'] },
        { type: 'range', column: 'latency_ms', max: 1_000 },
      ],
      ({ status, totalMs }) => status === 200 && totalMs <= 1_000,
    ],
  ]

  it.each(filters)('%j keeps what it says', (filter, isMeant) => {
    expect(rows.filter(predicateOf(filter)).map(({ id }) => id)).toEqual(rows.filter(isMeant).map(({ id }) => id))
  })
})

describe('totals', () => {
  it('are the same folded at once, in parts, and through storage', () => {
    const whole = seriesOf(rows).whole
    const merged = new Totals()
    for (let at = 0; at < rows.length; at += 700) {
      const part = new Totals()
      for (const row of rows.slice(at, at + 700)) part.add(row)
      merged.merge(Totals.fromStored(JSON.parse(JSON.stringify(part.toStored()))))
    }
    const { sums, ...rest } = merged.toStored()
    const { sums: wholeSums, ...wholeRest } = whole.toStored()
    expect(sums.costNanos).toBe(wholeSums.costNanos)
    expect(sums.requests).toBe(wholeSums.requests)
    for (const key of ['statuses', 'retries', 'scores', 'latency'] as const)
      expect(new Map(rest[key] as [number, number][])).toEqual(new Map(wholeRest[key] as [number, number][]))
    expect(new Set(rest.users)).toEqual(new Set(wholeRest.users))
  })
})
