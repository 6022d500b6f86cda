/** What a closed record adds to the metrics. The values of every dimension are bounded, whatever clients send. */
import { totalInput } from '../inference/index.ts'
import type { ClosedLog } from './log.ts'

export type MetricUnit = 'Count' | 'Milliseconds' | 'None'

export interface MetricPoint {
  /** Each combination of these is a metric of its own, and costs as one. */
  readonly dimensions: Readonly<Record<string, string>>
  readonly name: string
  readonly unit: MetricUnit
  readonly value: number
}

/** The names that the dashboard and the alarms ask for. */
export const metricNames = [
  'Requests',
  'Errors',
  'FirstByteTime',
  'GatewayTime',
  'InputTokens',
  'OutputTokens',
  'Cost',
] as const
type MetricName = (typeof metricNames)[number]

/** The kind of `Errors` under which calls are counted that cost more than was held for them. */
const underHeldKind = 'under_held'

const units: Readonly<Record<MetricName, MetricUnit>> = {
  Requests: 'Count',
  Errors: 'Count',
  FirstByteTime: 'Milliseconds',
  GatewayTime: 'Milliseconds',
  InputTokens: 'Count',
  OutputTokens: 'Count',
  Cost: 'None',
}

const nanosPerDollar = 1e9

/** Totals, errors by kind (a closed set of codes), and the figures of one provider and model. */
export function metricsOf(log: ClosedLog): readonly MetricPoint[] {
  const totals: Partial<Record<MetricName, number | undefined>> = {
    Requests: 1,
    FirstByteTime: log.firstByteMs,
    GatewayTime: log.gatewayMs,
    ...figures(log),
  }
  const kind = kindOf(log)
  return [
    ...points({}, totals),
    ...(kind === undefined ? [] : points({ kind }, { Errors: 1 })),
    ...(isUnderHeld(log) ? points({ kind: underHeldKind }, { Errors: 1 }) : []),
    ...(log.aiProviderId === undefined
      ? []
      : points(
          { provider: log.aiProviderId, model: modelOf(log) },
          { Requests: 1, FirstByteTime: log.firstByteMs, ...figures(log) },
        )),
  ]
}

function figures({ usage, costNanos }: ClosedLog): Partial<Record<MetricName, number | undefined>> {
  return {
    InputTokens: usage && totalInput(usage),
    OutputTokens: usage?.output,
    Cost: costNanos === undefined ? undefined : costNanos / nanosPerDollar,
  }
}

/** It cost more than was held for it: a strict limit may have been passed by that much. */
function isUnderHeld({ warnings }: ClosedLog): boolean {
  return warnings.some(({ type }) => type === 'under-held')
}

function kindOf({ outcome, errorCode }: ClosedLog): string | undefined {
  if (errorCode !== undefined) return errorCode
  return outcome === 'completed' ? undefined : outcome
}

/** Names come from clients; only one that the price list knows and the provider has answered to is worth a metric. */
function modelOf({ outcome, isPriced, model }: ClosedLog): string {
  return outcome === 'completed' && isPriced && model !== undefined ? model : 'other'
}

/** What is not known is left out; a 0 would lower averages. */
function points(
  dimensions: MetricPoint['dimensions'],
  values: Partial<Record<MetricName, number | undefined>>,
): MetricPoint[] {
  return metricNames.flatMap((name) => {
    const value = values[name]
    return value === undefined ? [] : [{ dimensions, name, unit: units[name], value }]
  })
}
