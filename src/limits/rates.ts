/** Sliding rate windows: the previous window weighs by the share of it that is still inside. Pure. */
import { endOf, type Window } from './window.ts'

export interface RateView {
  readonly amount: number
  readonly window: Window
  /** The count of the window before this one. */
  readonly previous: number
  /** The count of this window, as far as known. */
  readonly used: number
}

/** How much of the previous window still counts. In whole numbers, so that relief comes at the promised millisecond. */
export function carriedOver(previous: number, window: Window, nowMs: number): number {
  if (window.endMs === undefined) return previous
  const lengthMs = window.endMs - window.startMs
  const insideMs = Math.min(lengthMs, Math.max(0, window.endMs - nowMs))
  return Math.floor((previous * insideMs) / lengthMs)
}

/** When `ask` more will fit if nobody else comes; the window's end when it never will. */
export function reliefAtMs(view: RateView, ask: number, nowMs: number): number {
  const { amount, window, previous, used } = view
  const endMs = endOf(window)
  const lengthMs = endMs - window.startMs
  if (ask > amount) return endMs
  const room = amount - used - ask
  if (room >= 0) return Math.max(nowMs, window.startMs + waitMs(previous, room, lengthMs))
  return endMs + waitMs(used, amount - ask, lengthMs)
}

/** How far into a window what is carried over from `count` has sunk to `room`; whole milliseconds. */
function waitMs(count: number, room: number, lengthMs: number): number {
  if (count <= room) return 0
  return Math.min(lengthMs, Math.floor((lengthMs * (count - room - 1)) / count) + 1)
}
