/** Sliding rate windows: the previous window weighs by the share of it that is still inside. Pure. */
import type { Window } from './window.ts'

export interface RateView {
  readonly amount: number
  readonly window: Window
  /** The count of the window before this one. */
  readonly previous: number
  /** The count of this window, as far as known. */
  readonly used: number
}

/** How much of the previous window still counts. */
export function carriedOver(previous: number, window: Window, nowMs: number): number {
  return Math.floor(previous * (1 - elapsedShare(window, nowMs)))
}

/** When `ask` more will fit if nobody else comes; the window's end when it never will. */
export function reliefAtMs(view: RateView, ask: number, nowMs: number): number {
  const { amount, window, previous, used } = view
  const endMs = window.endMs ?? nowMs
  const lengthMs = endMs - window.startMs
  if (ask > amount) return endMs
  const room = amount - used - ask
  if (room >= 0) return Math.max(nowMs, Math.ceil(window.startMs + lengthMs * shareUntil(previous, room)))
  return Math.ceil(endMs + lengthMs * shareUntil(used, amount - ask))
}

/** The share of a window after which what is carried over from `count` is at most `room`. */
function shareUntil(count: number, room: number): number {
  if (Math.floor(count) <= room) return 0
  return Math.min(1, 1 - (room + 1) / count + Number.EPSILON)
}

function elapsedShare(window: Window, nowMs: number): number {
  if (window.endMs === undefined) return 0
  return Math.min(1, Math.max(0, (nowMs - window.startMs) / (window.endMs - window.startMs)))
}
