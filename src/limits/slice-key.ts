/** The names of a spread counter's slices. */

const sliceMark = '~'

export function sliceKey(root: string, slice: number): string {
  return `${root}${sliceMark}${slice}`
}

/** A slice's root, or the key itself. */
export function rootKey(key: string): string {
  const at = key.lastIndexOf(sliceMark)
  return at < 0 ? key : key.slice(0, at)
}

export function isSlice(key: string): boolean {
  return rootKey(key) !== key
}
