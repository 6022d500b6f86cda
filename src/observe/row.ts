/** One request as analytics and the list of logs see it: a flat row, made from its closed record. */
import { totalInput, totalTokens } from '../inference/usage.ts'
import type { ClosedLog } from '../records/log.ts'

/** What a person said of a request's trace. */
export interface RowFeedback {
  readonly value: number
  readonly weight: number
}

/** Absent = not known, or there was none. Money is integer nano-dollars, times are epoch milliseconds, durations milliseconds. */
export interface Row {
  readonly id: string
  readonly atMs: number
  readonly endedAtMs: number
  readonly organisationId?: string
  readonly workspaceId?: string
  readonly workspaceSlug?: string
  readonly apiKeyId?: string
  readonly apiKeyName?: string
  readonly user?: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly operation: string
  readonly method: string
  readonly path: string
  /** The client program, by its user agent. */
  readonly client?: string
  /** Slug of the provider, and what kind of provider it is. */
  readonly provider?: string
  readonly aiProvider?: string
  readonly integrationId?: string
  readonly configId?: string
  readonly promptSlug?: string
  readonly model?: string
  readonly status: number
  readonly outcome: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly isStream: boolean
  readonly cacheStatus: string
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly totalTokens?: number
  readonly costNanos?: number
  readonly isEstimated: boolean
  readonly totalMs: number
  readonly firstByteMs?: number
  readonly upstreamMs: number
  readonly gatewayMs: number
  /** On a cache hit, how long the provider had taken. */
  readonly cacheSavedMs?: number
  /** On a cache hit, what the answer had cost. */
  readonly savedNanos?: number
  /** Which retry of its target answered; 0 = the first call. */
  readonly retry: number
  /** Calls of targets. */
  readonly attempts: number
  /** Another target than the first answered. */
  readonly fellBack: boolean
  /** What guardrails found; absent = none applied. */
  readonly guardrail?: 'passed' | 'failed' | 'denied'
  readonly metadata: Readonly<Record<string, string>>
  readonly feedback: readonly RowFeedback[]
}

/** These are on newer records only. */
type Recorded = ClosedLog & { readonly promptSlug?: string; readonly savedNanos?: number }

export function rowOf(log: Recorded, feedback: readonly RowFeedback[] = []): Row {
  const last = log.attempts.at(-1)
  const { usage } = log
  return present({
    id: log.id,
    atMs: log.startedAtMs,
    endedAtMs: log.endedAtMs,
    organisationId: log.organisationId,
    workspaceId: log.workspaceId,
    workspaceSlug: log.workspaceSlug,
    apiKeyId: log.apiKeyId,
    apiKeyName: log.apiKeyName,
    user: log.user,
    traceId: log.traceId,
    spanId: log.spanId,
    parentSpanId: log.parentSpanId,
    operation: log.operation,
    method: log.method,
    path: log.path,
    client: log.client,
    provider: log.providerSlug,
    aiProvider: log.aiProviderId,
    integrationId: log.integrationId,
    configId: log.configId,
    promptSlug: log.promptSlug,
    model: log.model,
    status: log.status,
    outcome: log.outcome,
    errorCode: log.errorCode,
    errorMessage: log.errorMessage,
    isStream: log.isStream,
    cacheStatus: log.cacheStatus,
    inputTokens: usage && totalInput(usage),
    outputTokens: usage?.output,
    totalTokens: usage && totalTokens(usage),
    costNanos: log.costNanos,
    isEstimated: log.isEstimated,
    totalMs: log.totalMs,
    firstByteMs: log.firstByteMs,
    upstreamMs: log.upstreamMs,
    gatewayMs: log.gatewayMs,
    cacheSavedMs: log.cacheSavedMs,
    savedNanos: log.savedNanos,
    retry: last?.retry ?? 0,
    attempts: log.attempts.length,
    fellBack: last !== undefined && last.targetPath !== log.attempts[0]?.targetPath,
    guardrail: guardrailOf(log),
    metadata: log.metadata,
    feedback,
  })
}

function guardrailOf({ guardrails, errorCode }: ClosedLog): Row['guardrail'] {
  if (guardrails === undefined || guardrails.length === 0) return undefined
  if (errorCode === 'guardrail_denied') return 'denied'
  return guardrails.every(({ verdict }) => verdict) ? 'passed' : 'failed'
}

/** True = the client got what it asked for; answers that a guardrail only noted (246) are among them. */
export function isSuccess({ status }: Pick<Row, 'status'>): boolean {
  return status > 0 && status < 400
}

export function isCacheHit({ cacheStatus }: Pick<Row, 'cacheStatus'>): boolean {
  return cacheStatus === 'HIT' || cacheStatus === 'SEMANTIC HIT'
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined }

/** Without members that are undefined. */
function present(row: Loose<Row>): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as unknown as Row
}
