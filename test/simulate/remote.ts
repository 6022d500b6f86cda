/** The ports as one process sees them: every call goes through the scheduler and may fail on the way. */
import type { Counter, CounterStore, LedgerProgress } from '../../src/limits/counter.ts'
import type { ClosedLog, OpenLog } from '../../src/records/log.ts'
import type { Layout, LogTwin } from './log-twin.ts'
import type { World } from './world.ts'

export interface Remote {
  readonly counters: CounterStore
  readonly progress: LedgerProgress
  readonly logs: {
    open(log: OpenLog): Promise<void>
    retarget(log: OpenLog): Promise<void>
    close(log: ClosedLog): Promise<boolean>
    read(id: string): ReturnType<LogTwin['read']>
    listOverdue(beforeMs: number, limit: number): Promise<readonly OpenLog[]>
  }
  readonly heartbeats: { beat(minute: number): Promise<void> }
}

/** `layout` = what the process's version of the program writes and knows. */
export function createRemote(world: World, owner: string, layout: Layout = 2): Remote {
  const { mutation } = world
  const call = <T>(effect: () => Promise<T>) => world.scheduler.call(owner, effect)
  const counters = remoteCounters(world.counters, call)
  const progress: LedgerProgress = {
    settledMinute: () => call(() => world.progress.settledMinute()),
    advance: (lane, minute) => call(() => world.progress.advance(lane, minute)),
  }
  return {
    counters: mutation.counters?.(counters) ?? counters,
    progress: mutation.progress?.(progress) ?? progress,
    logs: {
      open: (log) => call(() => world.logs.open(log, layout)),
      retarget: (log) => call(() => world.logs.retarget(log, layout)),
      close: (log) => call(() => world.close(mutation.close?.(log) ?? log, owner)),
      read: (id) => call(() => world.logs.read(id)),
      listOverdue: (beforeMs, limit) => call(() => world.logs.listOverdue(beforeMs, limit, layout)),
    },
    heartbeats: { beat: (minute) => call(() => world.logs.beat(minute, layout)) },
  }
}

type CallOut = <T>(effect: () => Promise<T>) => Promise<T>

function remoteCounters(real: CounterStore, call: CallOut): CounterStore {
  return {
    take: (take) => call(() => real.take(take)).catch((cause) => ({ type: 'unknown', cause })),
    giveBack: (hold) => call(() => real.giveBack(hold)),
    settle: (settlement) => call(() => real.settle(settlement)),
    reclaim: (plan) => call(() => real.reclaim(plan)),
    read: (key) => call(() => real.read(key)),
    mark: (key, mark) => call(() => real.mark(key, mark)),
    unmark: (key, mark) => call(() => real.unmark(key, mark)),
    repair: (counter, spent) => call(() => real.repair(counter, spent)),
    slices: {
      grant: (grant) => call(() => real.slices.grant(grant)),
      accept: (slice) => call(() => real.slices.accept(slice)),
      giveUp: (slice) => call(() => real.slices.giveUp(slice)),
      takeOver: (grant) => call(() => real.slices.takeOver(grant)),
    },
    async *list(prefix) {
      yield* await call(async () => {
        const all: Counter[] = []
        for await (const counter of real.list(prefix)) all.push(counter)
        return all
      })
    },
  }
}
