/** What was purged, and until when: an answer that was asked for before is not served, without a single entry being touched. */
import { maxCacheAgeMs } from './policy.ts'

/** Of a workspace, or of the whole organisation. Epoch milliseconds; what was asked for before does not count. */
export interface CachePurges {
  readonly id: string
  readonly allAtMs?: number
  readonly namespaces?: Readonly<Record<string, number>>
  /** By slug. */
  readonly configs?: Readonly<Record<string, number>>
}

export type PurgeScope = { readonly namespace: string } | { readonly config: string } | undefined

/** The instant before which nothing counts for such a request. */
export function purgedAtMs(
  purges: readonly CachePurges[],
  asked: { readonly namespace?: string; readonly config?: string },
): number {
  const marks = purges.flatMap(({ allAtMs, namespaces, configs }) => [
    allAtMs,
    asked.namespace === undefined ? undefined : own(namespaces, asked.namespace),
    asked.config === undefined ? undefined : own(configs, asked.config),
  ])
  return Math.max(0, ...marks.filter((mark) => mark !== undefined))
}

/** With one more purge; marks older than any answer are dropped. `scope` undefined = everything. */
export function withPurge(before: CachePurges, scope: PurgeScope, nowMs: number): CachePurges {
  if (scope === undefined) return { id: before.id, allAtMs: nowMs }
  const fresh = (marks: Readonly<Record<string, number>> = {}) =>
    Object.entries(marks).filter(([, atMs]) => atMs > nowMs - maxCacheAgeMs && atMs > (before.allAtMs ?? 0))
  const namespaces = fresh(before.namespaces)
  const configs = fresh(before.configs)
  if ('namespace' in scope) namespaces.push([scope.namespace, nowMs])
  else configs.push([scope.config, nowMs])
  return {
    ...before,
    ...(namespaces.length === 0 ? {} : { namespaces: Object.fromEntries(namespaces) }),
    ...(configs.length === 0 ? {} : { configs: Object.fromEntries(configs) }),
  }
}

function own(marks: Readonly<Record<string, number>> | undefined, name: string): number | undefined {
  return marks !== undefined && Object.hasOwn(marks, name) ? marks[name] : undefined
}
