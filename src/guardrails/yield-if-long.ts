/** Lets other requests have their turn while a long text is searched; short texts never wait. */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** A piece of work over fewer characters than this takes some milliseconds at most (2026-11). */
const longText = 20_000

/** Waited for between two pieces of work over a text; each of them must be short of half a second. */
export async function yieldIfLong(text: string): Promise<void> {
  if (text.length >= longText) await nextTurn()
}
