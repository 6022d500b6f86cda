/** What has been used of a limit, as rows of the admin API show it. */

import type { Integration, IntegrationWorkspace, Provider } from '../catalog/catalog.ts'
import type { ApiKey, Workspace } from '../identity/caller.ts'
import type { LimitSubject, UsageLimitSetting } from '../limits/setting.ts'
import type { LimitStatusJson, RowStatus, UsageLimitJson } from './contract.ts'
import type { LimitStatus } from './ports.ts'
import type { AdminRequest } from './request.ts'
import { timestamp } from './schemas.ts'

const nanosPerDollar = 1e9

/** Subjects carry the ids that the data plane counts under. */
export const subjects = {
  apiKey: (key: ApiKey): LimitSubject => ({
    kind: 'api_key',
    id: key.id,
    label: key.masked,
    usageLimits: listOf(key.usageLimits),
    rateLimits: key.rateLimits,
    epoch: key.limitEpoch,
    startedAtMs: key.createdAtMs,
  }),
  workspace: (workspace: Workspace): LimitSubject => ({
    kind: 'workspace',
    id: workspace.id,
    label: workspace.slug,
    usageLimits: workspace.usageLimits,
    rateLimits: workspace.rateLimits,
    epoch: workspace.limitEpoch,
    startedAtMs: workspace.createdAtMs,
  }),
  provider: (provider: Provider): LimitSubject => ({
    kind: 'provider',
    id: provider.id,
    label: provider.slug,
    usageLimits: listOf(provider.usageLimits),
    rateLimits: provider.rateLimits,
    epoch: provider.limitEpoch,
    startedAtMs: provider.createdAtMs,
  }),
  integration: (integration: Integration, row: IntegrationWorkspace): LimitSubject => ({
    kind: 'integration',
    id: `${integration.id}/${row.workspaceId}`,
    label: integration.slug,
    usageLimits: row.usageLimits,
    rateLimits: row.rateLimits,
    epoch: row.limitEpoch,
    startedAtMs: row.startedAtMs,
  }),
}

interface ShownUsage {
  /** The settings as sent, with `current_usage` beside them. */
  readonly usageLimits: readonly UsageLimitJson[]
  /** When the first of them starts anew; null = none does by itself. */
  readonly nextResetAt: string | null
  readonly isExhausted: boolean
}

/** Reads where the subject's usage limits stand; without a reader the settings are shown alone. */
export async function usageJson(request: AdminRequest, subject: LimitSubject): Promise<ShownUsage> {
  const { usageLimits } = subject
  const reader = request.ports.limitStatus
  if (usageLimits.length === 0 || reader === undefined)
    return { usageLimits: usageLimits.map((limit) => ({ ...limit })), nextResetAt: null, isExhausted: false }
  const statuses = await reader.read(subject, request.nowMs)
  const shown = usageLimits.map((limit) => ({ limit, status: statuses.find((status) => isOf(status, limit)) }))
  return {
    usageLimits: shown.map(({ limit, status }) => ({ ...limit, ...usageOf(status) })),
    nextResetAt: timestamp(earliest(shown.map(({ status }) => status?.resetsAtMs))),
    isExhausted: shown.some(({ status }) => status !== undefined && isExhausted(status)),
  }
}

export function isExhausted(status: LimitStatus): boolean {
  return status.spent >= status.amount
}

function isOf(status: LimitStatus, limit: UsageLimitSetting): boolean {
  if (status.nature === 'rate') return false
  const resource = limit.type ?? 'cost'
  return status.resource === resource && status.amount === nativeAmount(resource, limit.credit_limit)
}

function nativeAmount(resource: LimitStatus['resource'], amount: number): number {
  return resource === 'cost' ? Math.round(amount * nanosPerDollar) : amount
}

/** Dollars for cost, else counts. */
export function shownAmount(resource: LimitStatus['resource'], amount: number): number {
  return resource === 'cost' ? amount / nanosPerDollar : amount
}

function usageOf(status: LimitStatus | undefined): Pick<UsageLimitJson, 'current_usage'> {
  return { current_usage: status === undefined ? 0 : shownAmount(status.resource, status.spent) }
}

function earliest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((each) => each !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** One row of the status read. */
export function statusJson(status: LimitStatus): Omit<LimitStatusJson, 'kind' | 'id' | 'label'> {
  const amount = (value: number) => shownAmount(status.resource, value)
  return {
    object: 'limit-status',
    resource: status.resource,
    nature: status.nature ?? 'usage',
    unit: status.resource === 'cost' ? 'usd' : status.resource,
    limit: amount(status.amount),
    spent: amount(status.spent),
    held: amount(status.held),
    remaining: amount(status.remaining),
    status: isExhausted(status) ? 'exhausted' : 'active',
    window_start: timestamp(status.windowStartMs),
    window_end: timestamp(status.windowEndMs),
    resets_at: timestamp(status.resetsAtMs),
    ...(status.value_key === undefined ? {} : { value_key: status.value_key }),
  }
}

/** The stored status, corrected by what the clock and the counters say now. */
export function shownStatus(
  row: { readonly status: 'active' | 'exhausted' | 'expired'; readonly expiresAtMs?: number },
  request: AdminRequest,
  usage: ShownUsage,
): RowStatus {
  if (row.status === 'expired' || (row.expiresAtMs !== undefined && row.expiresAtMs <= request.nowMs)) return 'expired'
  if (request.ports.limitStatus === undefined) return row.status
  return usage.isExhausted ? 'exhausted' : 'active'
}

/** A manual reset: the next window is a new counter. */
export function resetFields(row: { readonly limitEpoch: number }, isWanted: boolean | null | undefined, nowMs: number) {
  return isWanted ? { limitEpoch: row.limitEpoch + 1, lastResetAtMs: nowMs } : {}
}

function listOf<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value]
}
