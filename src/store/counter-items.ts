/** Counters ⇄ items of the counters table. Pure. */
import type { Counter, CounterAbout, CounterMark } from '../limits/counter.ts'
import { type Image, readJson, readNumber, readText } from './attributes.ts'
import { counterKeys } from './keys.ts'

export const usedAttribute = 'used'
export const spentAttribute = 'spent'
export const floorAttribute = 'floor'
export const aboutAttribute = 'about'
export const expiresAttribute = 'expires'
export const takesAttribute = 'takes'
export const grantedAttribute = 'granted'
export const grantedVersionAttribute = 'granted-version'

const bucketPrefix = 'held:'
const positionPrefix = 'at:'
const markPrefix = 'mark:'
const grantPrefix = 'grant:'
const grantVersionPrefix = 'grant-version:'

export function bucketAttribute(minute: number): string {
  return `${bucketPrefix}${minute}`
}

/** The root's grant to a slice, and its version. */
export function grantAttribute(slice: number): string {
  return `${grantPrefix}${slice}`
}

export function grantVersionAttribute(slice: number): string {
  return `${grantVersionPrefix}${slice}`
}

export function positionAttribute(shard: string): string {
  return `${positionPrefix}${shard}`
}

export function markAttribute(mark: CounterMark): string {
  return `${markPrefix}${mark}`
}

/** Orders by sequence alone: sequences have one width, and what follows is longer than any sequence it is compared with. */
export function positionText(sequence: string, minute: number): string {
  return `${sequence}@${minute}`
}

/** undefined = there is no counter in it. */
export function readCounter(image: Image | undefined): Counter | undefined {
  const pk = image && readText(image, 'pk')
  if (image === undefined || pk === undefined) return undefined
  const floor = readNumber(image, floorAttribute)
  const granted = readNumber(image, grantedAttribute)
  const about = readJson<CounterAbout>(image, aboutAttribute)
  const named = (prefix: string) =>
    Object.keys(image)
      .filter((name) => name.startsWith(prefix))
      .map((name) => ({ name, rest: name.slice(prefix.length) }))
  return {
    key: counterKeys.keyOf(pk),
    used: readNumber(image, usedAttribute) ?? 0,
    spent: readNumber(image, spentAttribute) ?? 0,
    buckets: new Map(named(bucketPrefix).map(({ name, rest }) => [Number(rest), readNumber(image, name) ?? 0])),
    positions: new Map(
      named(positionPrefix).map(({ name, rest }) => [rest, readPosition(readText(image, name) ?? '')]),
    ),
    takes: readNumber(image, takesAttribute) ?? 0,
    grants: new Map(
      named(grantPrefix).map(({ name, rest }) => [
        Number(rest),
        { amount: readNumber(image, name) ?? 0, version: readNumber(image, grantVersionAttribute(Number(rest))) ?? 0 },
      ]),
    ),
    ...(granted === undefined
      ? {}
      : { granted: { amount: granted, version: readNumber(image, grantedVersionAttribute) ?? 0 } }),
    marks: new Set(named(markPrefix).map(({ rest }) => rest as CounterMark)),
    ...(floor === undefined ? {} : { floor }),
    ...(about === undefined ? {} : { about }),
  }
}

function readPosition(text: string): { readonly sequence: string; readonly minute: number } {
  const [sequence = '', minute] = text.split('@')
  return { sequence, minute: Number(minute) }
}
