/** Values that are usually here already: waiting for one that is costs promises and turns of the event loop for nothing. */

export type Awaitable<T> = T | Promise<T>

/** True = it must be awaited: `const key = isPending(found) ? await found : found`. */
export function isPending<T>(value: Awaitable<T>): value is Promise<T> {
  return value instanceof Promise
}
