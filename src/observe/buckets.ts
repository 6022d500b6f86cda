/** How a range of time is cut into the points of a graph. Days and months are those of a time zone, so that their sum is the range, also where clocks change. */

const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs

export interface TimeRange {
  /** Epoch milliseconds, included. */
  readonly fromMs: number
  /** Excluded. */
  readonly toMs: number
}

export type BucketUnit = 'minute' | '5-minutes' | 'hour' | 'day' | 'month'

export interface Buckets {
  readonly unit: BucketUnit
  /** Start of each, epoch milliseconds, rising; the first may begin before the range. */
  readonly starts: readonly number[]
}

/** The unit that gives a range a readable number of points. */
function unitFor({ fromMs, toMs }: TimeRange): BucketUnit {
  const lengthMs = toMs - fromMs
  if (lengthMs <= 2 * hourMs) return 'minute'
  if (lengthMs <= 12 * hourMs) return '5-minutes'
  if (lengthMs <= 8 * dayMs) return 'hour'
  return lengthMs <= 190 * dayMs ? 'day' : 'month'
}

/** `timeZone` as IANA names it, e.g. `Europe/Zurich`. */
export function bucketsOf(range: TimeRange, timeZone = 'UTC', unit: BucketUnit = unitFor(range)): Buckets {
  const starts: number[] = []
  for (let at = startOf(range.fromMs, unit, timeZone); at < range.toMs; at = nextOf(at, unit, timeZone)) starts.push(at)
  return { unit, starts }
}

/** Index of the bucket that holds an instant; -1 = it is before all of them. */
export function bucketAt({ starts }: Buckets, atMs: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= atMs) low = middle + 1
    else high = middle
  }
  return low - 1
}

const fixedMs: Partial<Record<BucketUnit, number>> = { minute: minuteMs, '5-minutes': 5 * minuteMs, hour: hourMs }

function startOf(atMs: number, unit: BucketUnit, timeZone: string): number {
  const fixed = fixedMs[unit]
  if (fixed !== undefined) return Math.floor(atMs / fixed) * fixed
  const { year, month, day } = dateIn(timeZone, atMs)
  return instantOf(timeZone, year, month, unit === 'day' ? day : 1)
}

function nextOf(startMs: number, unit: BucketUnit, timeZone: string): number {
  const fixed = fixedMs[unit]
  if (fixed !== undefined) return startMs + fixed
  // noon, so that a day of 23 or 25 hours is left for the next one all the same
  const { year, month, day } = dateIn(timeZone, startMs + 12 * hourMs)
  return unit === 'day' ? instantOf(timeZone, year, month, day + 1) : instantOf(timeZone, year, month + 1, 1)
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timeZone, made)
  return made
}

/** Throws RangeError for a zone that is not known. */
function dateIn(timeZone: string, atMs: number) {
  const parts = Object.fromEntries(
    formatFor(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return { year, month, day, hour, minute, second }
}

/** Midnight of a date in a zone; where midnight is skipped, the first instant of the date. */
function instantOf(timeZone: string, year: number, month: number, day: number): number {
  const wanted = Date.UTC(year, month - 1, day)
  let atMs = wanted
  for (let tries = 0; tries < 3; tries++) {
    const shown = dateIn(timeZone, atMs)
    const shownMs = Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second)
    if (shownMs === wanted) return atMs
    atMs += wanted - shownMs
  }
  return atMs
}

export function isTimeZone(name: string): boolean {
  try {
    formatFor(name)
    return true
  } catch {
    return false
  }
}
