/** Lasso Security. docs.lasso.security */
import { requireBoolean, trueKeys } from './answer.ts'
import { detectionFinding } from './findings.ts'
import type { Partner } from './partner.ts'
import { messagesOf, readBaseUrl } from './request-parts.ts'

export const lasso: Partner = {
  id: 'lasso.classify',
  name: 'Lasso Security',
  credentials: ['apiKey'],
  timeoutMs: 10_000,
  prepare: () => ({
    ask: (question) => ({
      url: `${readBaseUrl(question.credentials.apiEndpoint, 'https://server.lasso.security')}/gateway/v3/classify`,
      headers: { 'lasso-api-key': question.credentials.apiKey ?? '' },
      body: {
        messages: messagesOf(question),
        messageType: question.subject.hook === 'input' ? 'PROMPT' : 'COMPLETION',
      },
    }),
    judge: (answer) => detectionFinding(requireBoolean(answer, 'violations_detected'), trueKeys(answer.deputies)),
  }),
}
