/** Counters in memory with the semantics of the stored ones; the contract suite holds both to the same behaviour. */
import type {
  Counter,
  CounterAbout,
  CounterMark,
  CounterStore,
  Grant,
  LedgerProgress,
  SliceStore,
} from '../../src/limits/counter.ts'

interface Item {
  used: number
  spent: number
  buckets: Map<number, number>
  positions: Map<string, { readonly sequence: string; readonly minute: number }>
  marks: Set<CounterMark>
  floor?: number
  takes: number
  grants: Map<number, Grant>
  granted?: Grant
  about?: CounterAbout
}

export function createCounterTwin(): CounterStore {
  const items = new Map<string, Item>()
  /** What was seen of each since it was last laid hands on: counters are looked at far more often than changed. */
  const snapshots = new Map<string, Counter>()
  /** For changing it. */
  const find = (key: string): Item | undefined => {
    snapshots.delete(key)
    return items.get(key)
  }
  const itemOf = (key: string): Item => {
    const item: Item = find(key) ?? {
      used: 0,
      spent: 0,
      buckets: new Map(),
      positions: new Map(),
      marks: new Set(),
      takes: 0,
      grants: new Map(),
    }
    items.set(key, item)
    return item
  }
  const see = (key: string): Counter | undefined => {
    const item = items.get(key)
    const known = snapshots.get(key)
    if (item === undefined || known !== undefined) return known
    const { buckets, positions, marks, grants, ...rest } = item
    const seen = {
      key,
      ...rest,
      buckets: new Map(buckets),
      positions: new Map(positions),
      marks: new Set(marks),
      grants: new Map(grants),
    }
    snapshots.set(key, seen)
    return seen
  }
  const held = (item: Item | undefined, minute: number) => item?.buckets.get(minute)
  return {
    read: async (key) => see(key),
    async take({ key, ask, ceiling, minute, about, granted }) {
      const item = find(key)
      const fits = ask <= ceiling && (item === undefined || item.used <= ceiling - ask)
      const isOpen = minute === undefined || item?.floor === undefined || item.floor < minute
      const isGranted = granted === undefined || item?.granted?.amount === granted
      if (!fits || !isOpen || !isGranted) return { type: 'refused', counter: see(key) }
      const taken = itemOf(key)
      taken.used += ask
      taken.about = about
      taken.takes++
      if (minute === undefined) taken.spent += ask
      else taken.buckets.set(minute, (held(taken, minute) ?? 0) + ask)
      return { type: 'taken', counter: see(key) as Counter }
    },
    async giveBack({ key, amount, minute }) {
      const item = find(key)
      if (item === undefined) return
      if (minute === undefined) {
        if (item.spent < amount) return
        item.spent -= amount
      } else {
        const now = held(item, minute)
        if (now === undefined || now < amount) return
        item.buckets.set(minute, now - amount)
      }
      item.used -= amount
    },
    async settle({ key, shard, first, last, spent, buckets, minute }) {
      const item = find(key)
      const position = item?.positions.get(shard)?.sequence
      const stands = [...buckets].every(([at, amount]) => (held(item, at) ?? -1) >= amount)
      if ((position !== undefined && position >= first) || !stands) return { type: 'refused', counter: see(key) }
      const settled = itemOf(key)
      for (const [at, amount] of buckets) {
        settled.buckets.set(at, (held(settled, at) ?? 0) - amount)
        settled.used -= amount
      }
      settled.used += spent
      settled.spent += spent
      settled.positions.set(shard, { sequence: last, minute })
      return { type: 'applied', counter: see(key) as Counter }
    },
    async reclaim({ counter, minutes, floor, forget }) {
      const item = find(counter.key)
      const isSame =
        item !== undefined &&
        item.floor === counter.floor &&
        minutes.every((minute) => held(item, minute) === (counter.buckets.get(minute) ?? 0)) &&
        forget.every((shard) => item.positions.get(shard)?.sequence === counter.positions.get(shard)?.sequence)
      if (!isSame) return false
      for (const minute of minutes) {
        item.used -= held(item, minute) ?? 0
        item.buckets.delete(minute)
      }
      for (const shard of forget) item.positions.delete(shard)
      item.floor = floor
      return true
    },
    async mark(key, mark) {
      const { marks } = itemOf(key)
      if (marks.has(mark)) return false
      marks.add(mark)
      return true
    },
    unmark: async (key, mark) => void itemOf(key).marks.delete(mark),
    async repair(seen, spent) {
      const item = find(seen.key)
      if (item === undefined || item.used !== seen.used || item.spent !== seen.spent) return false
      item.used += spent - item.spent
      item.spent = spent
      return true
    },
    slices: createSliceTwin({ find, itemOf, see }),
    async *list(prefix) {
      for (const key of [...items.keys()]) {
        const counter = key.startsWith(prefix) ? see(key) : undefined
        if (counter) yield counter
      }
    },
  }
}

interface Items {
  find(key: string): Item | undefined
  itemOf(key: string): Item
  see(key: string): Counter | undefined
}

function createSliceTwin({ find, itemOf, see }: Items): SliceStore {
  return {
    async grant({ key, slice, amount, ceiling, about }) {
      if (amount > ceiling || (find(key)?.used ?? 0) > ceiling - amount) return undefined
      const root = itemOf(key)
      root.about = about
      const before = root.grants.get(slice) ?? { amount: 0, version: 0 }
      root.used += amount
      root.grants.set(slice, { amount: before.amount + amount, version: before.version + 1 })
      return see(key)
    },
    async accept({ key, granted, about }) {
      const slice = itemOf(key)
      if (slice.granted === undefined || slice.granted.version < granted.version) {
        slice.granted = granted
        if (about) slice.about = about
      }
      return see(key)
    },
    async giveUp({ key, seen, amount }) {
      const slice = find(key)
      if (slice?.granted === undefined || slice.granted.version !== seen.version || slice.used > amount) return false
      slice.granted = { amount, version: seen.version + 1 }
      return true
    },
    async takeOver({ key, slice, version, amount }) {
      const root = find(key)
      const grant = root?.grants.get(slice)
      if (root === undefined || grant?.version !== version) return false
      root.used -= amount
      root.grants.set(slice, { amount: grant.amount - amount, version: version + 1 })
      return true
    },
  }
}

export function createProgressTwin(lanes: number): LedgerProgress {
  const minutes = new Map<number, number>()
  return {
    settledMinute: async () => (minutes.size < lanes ? undefined : Math.min(...minutes.values())),
    async advance(lane, minute) {
      minutes.set(lane, Math.max(minute, minutes.get(lane) ?? Number.NEGATIVE_INFINITY))
    },
  }
}
