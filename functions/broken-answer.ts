/** Counts answers that were broken off because their provider did. Lambda counts each as a failed invocation, and the alarm takes them off again. */
import type { LogLine } from '../src/ambient.ts'
import { brokenAnswersMetric, metricNamespace } from '../src/environment.ts'

/** A line in CloudWatch's embedded metric format. The dimension is the stack's name. */
export function brokenAnswerLine(nowMs: number): LogLine {
  return {
    level: 'warn',
    message: 'an answer was broken off, because its provider broke it off',
    service: process.env.POWERTOOLS_SERVICE_NAME ?? '',
    [brokenAnswersMetric]: 1,
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [['service']],
          Metrics: [{ Name: brokenAnswersMetric, Unit: 'Count' }],
        },
      ],
    },
  }
}
