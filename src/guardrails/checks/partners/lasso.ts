/** Lasso Security. docs.lasso.security */
import { flagIn, trueKeys } from './answer.ts'
import { found } from './findings.ts'
import type { Partner } from './partner.ts'
import { baseUrl, messagesOf } from './question.ts'

export const lasso: Partner = {
  id: 'lasso.classify',
  name: 'Lasso Security',
  credentials: ['apiKey'],
  timeoutMs: 10_000,
  prepare: () => ({
    ask: (question) => ({
      url: `${baseUrl(question.credentials.apiEndpoint, 'https://server.lasso.security')}/gateway/v3/classify`,
      headers: { 'lasso-api-key': question.credentials.apiKey ?? '' },
      body: {
        messages: messagesOf(question),
        messageType: question.subject.hook === 'input' ? 'PROMPT' : 'COMPLETION',
      },
    }),
    judge: (answer) => found(flagIn(answer, 'violations_detected'), trueKeys(answer.deputies)),
  }),
}
