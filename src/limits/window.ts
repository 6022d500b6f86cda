/** Which window an instant is in. Pure; everything is UTC. */

export type WindowRule =
  | { readonly type: 'none' }
  | { readonly type: 'second' | 'minute' | 'hour' | 'day' }
  /** `startsOn` counts from Sunday = 0. */
  | { readonly type: 'week'; readonly startsOn: 0 | 1 }
  /** `anchorMs` moves the turn from the 1st to the anchor's day and time of day (the month's last day where that day is missing). */
  | { readonly type: 'month'; readonly anchorMs?: number }
  /** Every `days` days, so that one window starts at `anchorMs`. */
  | { readonly type: 'days'; readonly days: number; readonly anchorMs: number }

export interface Window {
  readonly startMs: number
  /** The exact instant of the next window; absent = this one never ends. */
  readonly endMs?: number
}

export const dayMs = 86_400_000
export const minuteMs = 60_000
const fixedMs = { second: 1000, minute: minuteMs, hour: 3_600_000, day: dayMs } as const
/** 1970-01-01 was a Thursday. */
const thursday = 4

export function windowAt(rule: WindowRule, nowMs: number): Window {
  switch (rule.type) {
    case 'none':
      return { startMs: 0 }
    case 'week':
      return periodAt(nowMs, 7 * dayMs, ((rule.startsOn - thursday + 7) % 7) * dayMs)
    case 'days':
      return periodAt(nowMs, rule.days * dayMs, rule.anchorMs)
    case 'month':
      return monthAt(nowMs, rule.anchorMs)
    default:
      return periodAt(nowMs, fixedMs[rule.type], 0)
  }
}

/** Beyond every instant where a window never ends. */
export function endOf({ endMs }: Window): number {
  return endMs ?? Number.POSITIVE_INFINITY
}

/** The window just before; undefined where there is none. */
export function previousWindow(rule: WindowRule, window: Window): Window | undefined {
  return rule.type === 'none' ? undefined : windowAt(rule, window.startMs - 1)
}

/** Names a rule so that two rules with different windows never share a counter. */
export function ruleTag(rule: WindowRule): string {
  if (rule.type === 'week') return rule.startsOn === 0 ? 'week' : 'week-monday'
  if (rule.type === 'days') return `days-${rule.days}-${modulo(rule.anchorMs, rule.days * dayMs) / 1000}`
  if (rule.type === 'month' && rule.anchorMs !== undefined) {
    const anchor = new Date(rule.anchorMs)
    return `month-${anchor.getUTCDate()}-${modulo(rule.anchorMs, dayMs) / 1000}`
  }
  return rule.type
}

/** The minute (since 1970) of an instant. */
export function minuteOf(atMs: number): number {
  return Math.floor(atMs / minuteMs)
}

/** Midnight before an instant. */
export function midnightOf(atMs: number): number {
  return Math.floor(atMs / dayMs) * dayMs
}

function periodAt(nowMs: number, lengthMs: number, anchorMs: number): Window {
  const startMs = nowMs - modulo(nowMs - anchorMs, lengthMs)
  return { startMs, endMs: startMs + lengthMs }
}

function monthAt(nowMs: number, anchorMs: number | undefined): Window {
  const now = new Date(nowMs)
  const index = now.getUTCFullYear() * 12 + now.getUTCMonth()
  const turn = (month: number) => turnOfMonth(month, anchorMs)
  if (nowMs < turn(index)) return { startMs: turn(index - 1), endMs: turn(index) }
  return { startMs: turn(index), endMs: turn(index + 1) }
}

function turnOfMonth(index: number, anchorMs: number | undefined): number {
  const year = Math.floor(index / 12)
  const month = index % 12
  if (anchorMs === undefined) return Date.UTC(year, month, 1)
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const day = Math.min(new Date(anchorMs).getUTCDate(), lastDay)
  return Date.UTC(year, month, day) + modulo(anchorMs, dayMs)
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
