/** The record of one request while it runs: filled in as things become known, turned into an open and a closed log. */
import type { GatewayError } from '../errors.ts'
import type { GuardrailNote } from '../guardrails/result.ts'
import type { Usage, Warning } from '../inference/index.ts'
import type { Hold } from '../limits/gate.ts'
import type { ClosedLog, CountBasis, OpenLog, Outcome, Span } from './log.ts'

/** What is known before anything was read. */
export interface RecordStart {
  readonly id: string
  readonly traceId: string
  readonly spanId: string
  readonly spanName: string
  readonly parentSpanId?: string
  readonly method: string
  readonly path: string
  readonly operation: string
  readonly clientWire: string
  readonly startedAtMs: number
  readonly deadlineAtMs: number
}

/** What becomes known of who asks and for what. */
export type RecordIdentity = Partial<
  Pick<
    OpenLog,
    | 'organisationId'
    | 'workspaceId'
    | 'workspaceSlug'
    | 'apiKeyId'
    | 'apiKeyName'
    | 'user'
    | 'metadata'
    | 'isStream'
    | 'client'
    | 'modelAsked'
    | 'providerSlug'
    | 'aiProviderId'
    | 'integrationId'
    | 'configId'
    | 'model'
  >
>

/** What settles the money. */
export interface Charge {
  readonly usage?: Usage
  readonly costNanos?: number
  readonly isPriced: boolean
  readonly isEstimated: boolean
  readonly inputBasis?: CountBasis
  readonly outputBasis?: CountBasis
}

type Open<T> = { -readonly [K in keyof T]: T[K] }

export class RequestRecord {
  #start: RecordStart
  readonly identity: Open<RecordIdentity> = {}
  readonly attempts: Open<Span>[] = []
  readonly warnings: Warning[] = []
  #keepsMessages = true
  readonly #told = new Set<string>()
  readonly guardrails: GuardrailNote[] = []
  holds: readonly Hold[] = []
  status = 0
  error: GatewayError | undefined
  outcome: Outcome | undefined
  upstreamWire: string | undefined
  modelReported: string | undefined
  finishReason: string | undefined
  firstByteAtMs: number | undefined
  upstreamMs = 0
  #upstreamSinceMs: number | undefined
  hasPayload = false
  /** False = the workspace wants no bodies in the log. */
  keepsBodies = true
  /** HIT, MISS, REFRESH or DISABLED: of the last target tried. */
  cacheStatus = 'DISABLED'
  /** What the provider took for the answer that was found. */
  cacheSavedMs: number | undefined
  /** What the workspace and the key demand of targets, in words. */
  dataPolicy: string | undefined
  /** Which retry of the last target answered; -1 = they were used up or given up. */
  retryCount = 0
  /** The pending write of the record's opening; never rejects. */
  opening: Promise<void> | undefined
  /** Why the opening failed, if it did. */
  openingError: unknown

  constructor(start: RecordStart) {
    this.#start = start
  }

  get start(): RecordStart {
    return this.#start
  }

  /** In place of the trace id that was made for it, before anything is written. */
  joinTrace(traceId: string): void {
    this.#start = { ...this.#start, traceId }
  }

  /** The clock of the upstream runs from sending until the answer's end. */
  startUpstream(nowMs: number): void {
    this.#upstreamSinceMs = nowMs
  }

  stopUpstream(nowMs: number): void {
    if (this.#upstreamSinceMs !== undefined) this.upstreamMs += nowMs - this.#upstreamSinceMs
    this.#upstreamSinceMs = undefined
  }

  warn(warnings: readonly Warning[]): void {
    for (const warning of warnings) {
      const name = `${warning.type} ${warning.field}`
      if (!this.#told.has(name)) this.warnings.push(warning)
      this.#told.add(name)
    }
  }

  /** With the bodies, what may quote them is kept out: of errors that are no limit's refusal, code and status stay. */
  keepOutMessages(): void {
    this.#keepsMessages = false
  }

  toOpenLog(): OpenLog {
    return { metadata: {}, isStream: false, ...this.start, ...this.identity, holds: this.holds }
  }

  toClosedLog(charge: Charge, endedAtMs: number): ClosedLog {
    const totalMs = endedAtMs - this.start.startedAtMs
    const { error, firstByteAtMs } = this
    return {
      ...this.toOpenLog(),
      ...charge,
      outcome: this.outcome ?? 'failed',
      status: this.status,
      cacheStatus: this.cacheStatus,
      endedAtMs,
      totalMs,
      upstreamMs: this.upstreamMs,
      gatewayMs: Math.max(0, totalMs - this.upstreamMs),
      attempts: this.#keepsMessages ? this.attempts : this.attempts.map(withoutMessage),
      warnings: this.warnings,
      ...(this.guardrails.length === 0 ? {} : { guardrails: this.#guardrailNotes() }),
      ...(this.dataPolicy === undefined ? {} : { dataPolicy: this.dataPolicy }),
      hasPayload: this.hasPayload,
      ...(this.cacheSavedMs === undefined ? {} : { cacheSavedMs: this.cacheSavedMs }),
      ...(error === undefined ? {} : { errorCode: error.code, ...this.#messageOf(error) }),
      ...(firstByteAtMs === undefined ? {} : { firstByteMs: firstByteAtMs - this.start.startedAtMs }),
      ...(this.upstreamWire === undefined ? {} : { upstreamWire: this.upstreamWire }),
      ...(this.modelReported === undefined ? {} : { modelReported: this.modelReported }),
      ...(this.finishReason === undefined ? {} : { finishReason: this.finishReason }),
    }
  }

  #messageOf(error: GatewayError): { readonly errorMessage?: string } {
    const isOwn = error.row.fault === 'policy' && error.code !== 'guardrail_denied'
    return this.#keepsMessages || isOwn ? { errorMessage: error.message } : {}
  }

  /** The message of a check may quote what it could not read. */
  #guardrailNotes(): readonly GuardrailNote[] {
    if (this.#keepsMessages) return this.guardrails
    return this.guardrails.map((note) => ({ ...note, checks: note.checks.map(withNameOfError) }))
  }
}

function withoutMessage({ errorMessage: _, ...attempt }: Span): Span {
  return attempt
}

function withNameOfError(check: GuardrailNote['checks'][number]): GuardrailNote['checks'][number] {
  return check.error === undefined ? check : { ...check, error: check.error.split(':')[0] ?? '' }
}
