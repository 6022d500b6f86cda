/** Zscaler AI Guard's detection, at api.zseclipse.net. */
import { requireString } from './answer.ts'
import { detectionFinding } from './findings.ts'
import type { Partner } from './partner.ts'
import { readBaseUrl } from './request-parts.ts'

export const zscaler: Partner = {
  id: 'zscaler-ai-guard.zscalerprotect',
  name: 'Zscaler AI Guard',
  credentials: ['zscalerAIGuardApiKey'],
  timeoutMs: 10_000,
  prepare(given) {
    const policyId = given.number('policyId', 0)
    return {
      ask: ({ text, subject, credentials }) => ({
        url: `${readBaseUrl(credentials.baseUrl, 'https://api.us1.zseclipse.net')}/v1/detection/${policyId === 0 ? 'resolve-and-execute-policy' : 'execute-policy'}`,
        headers: { authorization: `Bearer ${credentials.zscalerAIGuardApiKey}` },
        body: {
          ...(policyId === 0 ? {} : { policyId }),
          direction: subject.hook === 'input' ? 'IN' : 'OUT',
          content: text,
        },
      }),
      judge(answer) {
        const action = requireString(answer, 'action')
        return detectionFinding(action === 'BLOCK', [], { action })
      },
    }
  },
}
