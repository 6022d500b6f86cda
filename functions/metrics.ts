/** Writes metric points in CloudWatch's embedded format: one line per combination of dimensions. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { metricNamespace } from '../src/environment.ts'
import type { ClosedLog } from '../src/records/log.ts'
import { type MetricPoint, metricsOf } from '../src/records/metrics.ts'

const units = { Count: MetricUnit.Count, Milliseconds: MetricUnit.Milliseconds, None: MetricUnit.NoUnit }

/** The service dimension is the stack's name, from POWERTOOLS_SERVICE_NAME. */
export function publishMetrics(logs: readonly ClosedLog[]): void {
  const groups = Map.groupBy(logs.flatMap(metricsOf), ({ dimensions }) => JSON.stringify(dimensions))
  for (const points of groups.values()) publish(points)
}

/** Values of one name become one array, so a batch is a few lines however many records it holds. */
function publish(points: readonly MetricPoint[]): void {
  // Defaults, because the library publishes by itself at 100 values and forgets all other dimensions then.
  const metrics = new Metrics({ namespace: metricNamespace, defaultDimensions: { ...points[0]?.dimensions } })
  for (const { name, unit, value } of points) metrics.addMetric(name, units[unit], value)
  metrics.publishStoredMetrics()
}
