/** Prompt Security's protect API; the domain is the customer's own. */
import { flagIn, objectIn } from './answer.ts'
import { found } from './findings.ts'
import type { Partner } from './partner.ts'
import { hostPart } from './question.ts'

function protect(id: string, side: 'prompt' | 'response'): Partner {
  return {
    id,
    name: 'Prompt Security',
    credentials: ['apiDomain', 'apiKey'],
    timeoutMs: 10_000,
    prepare: () => ({
      ask: ({ text, credentials }) => ({
        url: `https://${hostPart(credentials, 'apiDomain')}/api/protect`,
        headers: { 'app-id': credentials.apiKey ?? '' },
        body: { [side]: text },
      }),
      judge(answer) {
        const result = objectIn(objectIn(answer, 'result'), side)
        const violations = Array.isArray(result.violations) ? result.violations.map(String) : []
        return found(!flagIn(result, 'passed'), violations)
      },
    }),
  }
}

export const promptSecurity: readonly Partner[] = [
  protect('promptsecurity.protectPrompt', 'prompt'),
  protect('promptsecurity.protectResponse', 'response'),
]
