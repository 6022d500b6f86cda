/** One target's circuit as all instances share it, and the rules that open it. */
import type { GatewayError } from '../errors.ts'
import type { BreakerSetting } from './config.ts'

export interface Circuit {
  /** Counted in this window only. */
  readonly windowStartMs: number
  readonly failures: number
  readonly requests: number
  /** Out of service until then; after it, on probation until closed. Absent = closed. */
  readonly openUntilMs?: number
  /** Somebody is trying it until then. */
  readonly probeUntilMs?: number
}

export interface CircuitCount {
  readonly windowStartMs: number
  readonly failures: number
  readonly requests: number
  readonly expiresAtMs: number
}

/** Where circuits are shared. Every write is conditional on what its writer has seen; false = somebody was first. */
export interface BreakerStore {
  read(keys: readonly string[]): Promise<ReadonlyMap<string, Circuit>>
  /** Adds to a window's counts, beginning it when it is newer. */
  count(key: string, count: CircuitCount): Promise<Circuit>
  /** `seen` = the end of the time out of service that has passed; undefined = the circuit was closed. */
  open(key: string, seen: number | undefined, openUntilMs: number): Promise<boolean>
  probe(key: string, seen: number, times: { readonly nowMs: number; readonly probeUntilMs: number }): Promise<boolean>
  close(key: string, seen: number): Promise<boolean>
}

export const closedCircuit: Circuit = { windowStartMs: 0, failures: 0, requests: 0 }

const leastWindowMs = 60_000

/** Failures count within a minute, or the time out of service when that is longer. */
export function windowStartAt({ cooldownMs }: BreakerSetting, nowMs: number): number {
  const windowMs = Math.max(leastWindowMs, cooldownMs)
  return Math.floor(nowMs / windowMs) * windowMs
}

export function addTo(circuit: Circuit, { windowStartMs, failures, requests }: CircuitCount): Circuit {
  const isSame = circuit.windowStartMs === windowStartMs
  return {
    ...circuit,
    windowStartMs,
    failures: failures + (isSame ? circuit.failures : 0),
    requests: requests + (isSame ? circuit.requests : 0),
  }
}

export function isTooMuch({ failures, requests }: Circuit, setting: BreakerSetting): boolean {
  const { failureThreshold, failurePercentage, minimumRequests } = setting
  if (failureThreshold !== undefined && failures >= failureThreshold) return true
  if (failurePercentage === undefined || requests < minimumRequests) return false
  return (failures / requests) * 100 >= failurePercentage
}

/** undefined = says nothing about the target: refused here, or ended by the client. */
export function isFailureOf(error: GatewayError | undefined, setting: BreakerSetting): boolean | undefined {
  if (error === undefined) return false
  const isTimeout = error.code === 'request_timeout'
  const { failureStatusCodes } = setting
  // The provider answered well; what it said was denied here.
  if (error.facts.deniedHook === 'output') return failureStatusCodes?.includes(error.status) ?? false
  if (error.row.fault !== 'provider' && !isTimeout) return undefined
  return failureStatusCodes?.includes(error.status) ?? (error.status >= 500 || isTimeout)
}
