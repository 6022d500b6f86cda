/** Where limits stand: limit, window, spent, held, remaining, reset, for a subject or for every group of a policy. */
import { limitsOfSubject, policyCounterPrefix, rulesOfPolicy } from './collect.ts'
import { type Counter, type CounterStore, heldOf } from './counter.ts'
import { counterIdOf, counterKey, type Limit, type Resource } from './limit.ts'
import { carriedOver } from './rates.ts'
import type { LimitPolicy, LimitSubject } from './setting.ts'
import { isSlice } from './slice-key.ts'
import { readRootAndSlices } from './spread.ts'
import { previousWindow, type Window, windowAt } from './window.ts'

/** Amounts are nano-dollars for cost, else counts. */
export interface LimitStatus {
  readonly resource: Resource
  readonly nature: 'usage' | 'rate'
  readonly amount: number
  readonly windowStartMs: number
  readonly windowEndMs?: number
  readonly spent: number
  readonly held: number
  /** What a request could still take. */
  readonly remaining: number
  readonly resetsAtMs?: number
  /** Policies: the group's value. */
  readonly value_key?: string
}

export interface StatusReader {
  read(limited: LimitSubject | LimitPolicy, nowMs: number): Promise<readonly LimitStatus[]>
}

export function createStatusReader(counters: Pick<CounterStore, 'read' | 'list'>): StatusReader {
  return {
    read: (limited, nowMs) =>
      'conditions' in limited ? readPolicy(limited, nowMs, counters) : readSubject(limited, nowMs, counters),
  }
}

async function readSubject(
  subject: LimitSubject,
  nowMs: number,
  counters: Pick<CounterStore, 'read'>,
): Promise<readonly LimitStatus[]> {
  return Promise.all(
    limitsOfSubject(subject).map(async (limit) => {
      const window = windowAt(limit.rule, nowMs)
      const [counter, carried] = await Promise.all([
        readRootAndSlices(counterKey(limit, window), counters),
        readCarried(limit, window, { nowMs, counters }),
      ])
      return statusOf(limit, window, { counter, carried })
    }),
  )
}

async function readPolicy(
  policy: LimitPolicy,
  nowMs: number,
  counters: Pick<CounterStore, 'list' | 'read'>,
): Promise<readonly LimitStatus[]> {
  const rows: Promise<LimitStatus>[] = []
  for await (const counter of counters.list(policyCounterPrefix(policy))) {
    const { about } = counter
    if (about?.owner.valueKey === undefined || isSlice(counter.key)) continue
    const rule = rulesOfPolicy(policy).find((one) => one.nature === about.nature && one.resource === about.resource)
    if (rule === undefined) continue
    const window = windowAt(rule.rule, nowMs)
    const value_key = about.owner.valueKey
    const epoch = policy.entityEpochs[value_key] ?? 0
    const isCurrent = about.startMs === window.startMs && about.endMs === window.endMs
    if (!isCurrent || !counter.key.startsWith(`${policyCounterPrefix(policy)}${epoch}/`)) continue
    const limit = { ...rule, counterId: counterIdOf(counter.key) }
    rows.push(
      Promise.all([
        counter.grants.size === 0 ? counter : readRootAndSlices(counter.key, counters),
        readCarried(limit, window, { nowMs, counters }),
      ]).then(([whole, carried]) => ({ ...statusOf(limit, window, { counter: whole, carried }), value_key })),
    )
  }
  return Promise.all(rows)
}

/** What the window before still weighs, as far as the limit is a rate. */
async function readCarried(
  limit: Limit,
  window: Window,
  { nowMs, counters }: { readonly nowMs: number; readonly counters: Pick<CounterStore, 'read'> },
): Promise<number> {
  const before = limit.nature === 'rate' ? previousWindow(limit.rule, window) : undefined
  const previous = before && (await readRootAndSlices(counterKey(limit, before), counters))
  return carriedOver(previous?.used ?? 0, window, nowMs)
}

function statusOf(
  limit: Limit,
  window: Window,
  { counter, carried }: { readonly counter: Counter | undefined; readonly carried: number },
): LimitStatus {
  const spent = counter?.spent ?? 0
  return {
    resource: limit.resource,
    nature: limit.nature,
    amount: limit.amount,
    windowStartMs: window.startMs,
    spent,
    held: heldOf(counter),
    remaining: Math.max(0, limit.amount - carried - (counter?.used ?? 0)),
    ...(window.endMs === undefined ? {} : { windowEndMs: window.endMs, resetsAtMs: window.endMs }),
  }
}
