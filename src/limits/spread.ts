/** A hot counter is spread: slices get parts of its room as grants and count by themselves; near the end the parts come back. */
import { type Counter, type CounterStore, type Grant, grantedOf, type Take, type TakeResult } from './counter.ts'
import { rootKey, sliceKey } from './slice-key.ts'

export interface SpreadOptions {
  /** Takes a second, over all instances, from which on a counter is spread. DynamoDB's own bound for an item is 1,000 writes. */
  readonly abovePerSecond: number
  readonly slices: number
}

export const spreadByDefault: SpreadOptions = { abovePerSecond: 400, slices: 16 }

/** Room that others move about is looked for this often before the request is refused. */
const mostTries = 8

/** Root and slices as the one counter they are. */
export async function readRootAndSlices(
  key: string,
  counters: Pick<CounterStore, 'read'>,
): Promise<Counter | undefined> {
  const root = await counters.read(key)
  if (root === undefined || root.grants.size === 0) return root
  const slices = await Promise.all([...root.grants.keys()].map((slice) => counters.read(sliceKey(key, slice))))
  return joinSlices(
    root,
    slices.filter((slice) => slice !== undefined),
  )
}

function joinSlices(root: Counter, slices: readonly Counter[]): Counter {
  return {
    ...root,
    grants: new Map(),
    used: slices.reduce((sum, slice) => sum + slice.used, root.used - grantedOf(root)),
    spent: slices.reduce((sum, slice) => sum + slice.spent, root.spent),
  }
}

/** Takes from a slice, filled from the root where it must be. `seen` spares the first reading. */
export async function takeFromSlice(
  take: Take,
  {
    counters,
    slices,
    seen: known,
  }: { readonly counters: CounterStore; readonly slices: number; readonly seen: Counter | undefined },
): Promise<TakeResult> {
  let seen = known ?? (await counters.read(take.key))
  let whole: Counter | undefined
  for (let tries = 0; tries < mostTries; tries++) {
    const result = await takeAsSeen(take, seen, counters)
    if (result && result.type !== 'refused') return result
    if (result) seen = result.counter
    if (roomIn(seen, take) >= take.ask) continue
    seen = await fillSlice(take, { counters, slices, seen })
    if (seen !== undefined) continue
    // Others may be moving room just now: what counts is whether there is any.
    whole = await readRootAndSlices(rootKey(take.key), counters)
    if (take.ceiling - (whole?.used ?? 0) < take.ask) return { type: 'refused', counter: whole }
    seen = await counters.read(take.key)
  }
  return { type: 'refused', counter: whole ?? (await readRootAndSlices(rootKey(take.key), counters)) }
}

/** Takes from a slice if it has the room as far as seen; undefined = it has not. */
export async function takeAsSeen(
  take: Take,
  seen: Counter | undefined,
  counters: Pick<CounterStore, 'take'>,
): Promise<TakeResult | undefined> {
  if (seen?.granted === undefined || roomIn(seen, take) < take.ask) return undefined
  const { amount } = seen.granted
  return counters.take({ ...take, ceiling: amount, granted: amount })
}

/** Takes what slices do not use back into the root, the slice first, so that no part is ever in two places. */
export async function recall(root: Counter, counters: CounterStore): Promise<void> {
  const { slices } = counters
  await Promise.all(
    [...root.grants].map(async ([slice, grant]) => {
      const seen = await upToDate(sliceKey(root.key, slice), { root, grant, counters })
      if (seen?.granted === undefined) return
      const kept = Math.min(seen.granted.amount, Math.max(0, seen.used))
      const isBehind = seen.granted.version === grant.version + 1
      if (!isBehind && (seen.granted.version !== grant.version || kept === grant.amount)) return
      const amount = isBehind ? seen.granted.amount : kept
      const hasGivenUp = isBehind || (await slices.giveUp({ key: seen.key, seen: seen.granted, amount: kept }))
      if (hasGivenUp)
        await slices.takeOver({ key: root.key, slice, version: grant.version, amount: grant.amount - amount })
    }),
  )
}

/** A slice that has not heard of its last grant hears of it now. */
async function upToDate(
  key: string,
  { root, grant, counters }: { readonly root: Counter; readonly grant: Grant; readonly counters: CounterStore },
): Promise<Counter | undefined> {
  const seen = await counters.read(key)
  if ((seen?.granted?.version ?? 0) >= grant.version) return seen
  return counters.slices.accept({ key, granted: grant, ...(root.about && { about: root.about }) })
}

/** Grants more from the root, and from other slices if it must. undefined = there is not enough anywhere. */
async function fillSlice(
  take: Take,
  {
    counters,
    slices,
    seen,
  }: { readonly counters: CounterStore; readonly slices: number; readonly seen: Counter | undefined },
): Promise<Counter | undefined> {
  const key = rootKey(take.key)
  const slice = Number(take.key.slice(key.length + 1))
  const room = roomIn(seen, take)
  const isLowered = room === Number.NEGATIVE_INFINITY
  const missing = take.ask - (isLowered ? 0 : Math.max(0, room))
  for (const mustRecall of isLowered ? [true] : [false, true]) {
    let root = await counters.read(key)
    if (root && mustRecall) {
      await recall(root, counters)
      root = await counters.read(key)
    }
    const free = take.ceiling - (root?.used ?? 0)
    const amount = Math.max(mustRecall ? take.ask : missing, Math.floor(free / (2 * slices)))
    const lifetime = {
      about: take.about,
      ...(take.expiresAtMs === undefined ? {} : { expiresAtMs: take.expiresAtMs }),
    }
    const granting = await counters.slices.grant({ key, slice, amount, ceiling: take.ceiling, ...lifetime })
    const grant = granting?.grants.get(slice)
    if (grant) return counters.slices.accept({ key: take.key, granted: grant, ...lifetime })
  }
  return undefined
}

/** What a slice still gives at this limit; where the amount was lowered, nothing before the root was asked again. */
function roomIn(slice: Counter | undefined, { about }: Take): number {
  if (slice?.granted === undefined) return 0
  const isLowered = slice.about !== undefined && slice.about.amount > about.amount
  return isLowered ? Number.NEGATIVE_INFINITY : slice.granted.amount - slice.used
}
