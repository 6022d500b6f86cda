/** F5 AI Guardrails, before that CalypsoAI: outcome cleared, flagged or redacted. */
import { requireObject, requireString } from './answer.ts'
import { personalDataFinding } from './findings.ts'
import type { Partner } from './partner.ts'
import { readBaseUrl } from './request-parts.ts'

export const f5: Partner = {
  id: 'f5-guardrails.scan',
  name: 'F5 AI Guardrails',
  credentials: ['apiKey'],
  timeoutMs: 5_000,
  isPerText: (given) => given.flag('redact'),
  prepare(given) {
    const project = given.optionalText('projectId')
    const isRedacting = given.flag('redact')
    return {
      ask: ({ text, credentials }) => ({
        url: `${readBaseUrl(credentials.calypsoUrl ?? credentials.baseUrl, 'https://us1.calypsoai.app')}/backend/v1/scans`,
        headers: { authorization: `Bearer ${credentials.apiKey}` },
        body: { input: text, ...(project === undefined ? {} : { project }) },
      }),
      judge(answer) {
        const outcome = requireString(requireObject(answer, 'result'), 'outcome')
        const redacted = answer.redactedInput
        if (isRedacting && outcome === 'redacted' && typeof redacted === 'string')
          return personalDataFinding(true, redacted, true)
        return {
          isPassed: outcome === 'cleared',
          explanation: `the outcome of the scan is '${outcome.slice(0, 40)}'`,
          data: { outcome },
        }
      },
    }
  },
}
