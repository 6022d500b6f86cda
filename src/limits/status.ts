/** Where limits stand: limit, window, spent, held, remaining, reset, for a subject or for every group of a policy. */
import { limitsOfSubject, policyCounterPrefix, rulesOfPolicy } from './collect.ts'
import { type Counter, type CounterStore, heldOf } from './counter.ts'
import { counterKey, type Limit, type Resource } from './limit.ts'
import { carriedOver } from './rates.ts'
import type { LimitPolicy, LimitSubject } from './setting.ts'
import { isSlice } from './slice-key.ts'
import { readWhole } from './spread.ts'
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
      const before = limit.nature === 'rate' ? previousWindow(limit.rule, window) : undefined
      const [counter, previous] = await Promise.all([
        readWhole(counterKey(limit, window), counters),
        before && readWhole(counterKey(limit, before), counters),
      ])
      return statusOf(limit, window, { counter, carried: carriedOver(previous?.used ?? 0, window, nowMs) })
    }),
  )
}

async function readPolicy(
  policy: LimitPolicy,
  nowMs: number,
  counters: Pick<CounterStore, 'list' | 'read'>,
): Promise<readonly LimitStatus[]> {
  const rows: LimitStatus[] = []
  for await (const counter of counters.list(policyCounterPrefix(policy))) {
    const { about } = counter
    if (about?.owner.valueKey === undefined || isSlice(counter.key)) continue
    const limit = rulesOfPolicy(policy).find((one) => one.nature === about.nature && one.resource === about.resource)
    if (limit === undefined) continue
    const window = windowAt(limit.rule, nowMs)
    const epoch = policy.entityEpochs[about.owner.valueKey] ?? 0
    const isCurrent = about.startMs === window.startMs && about.endMs === window.endMs
    if (!isCurrent || !counter.key.startsWith(`${policyCounterPrefix(policy)}${epoch}/`)) continue
    const whole = counter.grants.size === 0 ? counter : await readWhole(counter.key, counters)
    rows.push({ ...statusOf(limit, window, { counter: whole, carried: 0 }), value_key: about.owner.valueKey })
  }
  return rows
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
