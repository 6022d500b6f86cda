/** Aporia. gr-docs.aporia.com/fundamentals/integration/rest-api */
import { requireString } from './answer.ts'
import type { Partner } from './partner.ts'
import { messagesOf, readBaseUrl } from './request-parts.ts'

export const aporia: Partner = {
  id: 'aporia.validateProject',
  name: 'Aporia',
  credentials: ['apiKey'],
  timeoutMs: 10_000,
  prepare(given) {
    const project = given.text('projectID')
    return {
      ask: (question) => ({
        url: `${readBaseUrl(question.credentials.apiEndpoint, 'https://gr-prd.aporia.com')}/${encodeURIComponent(project)}/validate`,
        headers: { 'x-aporia-api-key': question.credentials.apiKey ?? '' },
        body: {
          messages: messagesOf(question).filter(({ role }) => role === 'user'),
          explain: true,
          ...(question.subject.hook === 'input'
            ? { validation_target: 'prompt' }
            : { validation_target: 'response', response: question.text }),
        },
      }),
      judge(answer) {
        const action = requireString(answer, 'action')
        return {
          isPassed: action === 'passthrough',
          explanation: `the project's policies say '${action.slice(0, 40)}'`,
          data: { action },
        }
      },
    }
  },
}
