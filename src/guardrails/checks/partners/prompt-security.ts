/** Prompt Security's protect API; the domain is the customer's own. */
import { requireBoolean, requireObject } from './answer.ts'
import { detectionFinding } from './findings.ts'
import type { Partner } from './partner.ts'
import { readHostPart } from './request-parts.ts'

function protect(id: string, side: 'prompt' | 'response'): Partner {
  return {
    id,
    name: 'Prompt Security',
    credentials: ['apiDomain', 'apiKey'],
    timeoutMs: 10_000,
    prepare: () => ({
      ask: ({ text, credentials }) => ({
        url: `https://${readHostPart(credentials, 'apiDomain')}/api/protect`,
        headers: { 'app-id': credentials.apiKey ?? '' },
        body: { [side]: text },
      }),
      judge(answer) {
        const result = requireObject(requireObject(answer, 'result'), side)
        const violations = Array.isArray(result.violations) ? result.violations.map(String) : []
        return detectionFinding(!requireBoolean(result, 'passed'), violations)
      },
    }),
  }
}

export const promptSecurity: readonly Partner[] = [
  protect('promptsecurity.protectPrompt', 'prompt'),
  protect('promptsecurity.protectResponse', 'response'),
]
