/** Lakera Guard. docs.lakera.ai/docs/api/guard */
import { isObject } from '../../check-parameters.ts'
import { requireBoolean } from './answer.ts'
import { detectionFinding } from './findings.ts'
import type { Partner } from './partner.ts'
import { messagesOf, readBaseUrl } from './request-parts.ts'

export const lakera: Partner = {
  id: 'lakera.guard',
  name: 'Lakera Guard',
  credentials: ['apiKey'],
  timeoutMs: 30_000,
  prepare(given) {
    const project = given.optionalText('projectID')
    return {
      ask: (question) => ({
        url: `${readBaseUrl(question.credentials.baseUrl, 'https://api.lakera.ai')}/v2/guard`,
        headers: { authorization: `Bearer ${question.credentials.apiKey}` },
        body: {
          messages: messagesOf(question),
          breakdown: true,
          ...(project === undefined ? {} : { project_id: project }),
        },
      }),
      judge(answer) {
        const isFlagged = requireBoolean(answer, 'flagged')
        const breakdown: readonly unknown[] = Array.isArray(answer.breakdown) ? answer.breakdown : []
        const detectors = breakdown.flatMap((each) =>
          isObject(each) && each.detected === true ? [String(each.detector_type)] : [],
        )
        return detectionFinding(isFlagged, detectors)
      },
    }
  },
}
