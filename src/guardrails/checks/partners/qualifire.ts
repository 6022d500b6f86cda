/** Qualifire: one check of an evaluation. docs.qualifire.ai: `POST /api/evaluation/evaluate` */
import { requireString } from './answer.ts'
import type { Partner } from './partner.ts'
import { lastMessageText } from './request-parts.ts'

function evaluate(id: string, field: string): Partner {
  return {
    id: `qualifire.${id}`,
    name: 'Qualifire',
    credentials: ['apiKey'],
    timeoutMs: 30_000,
    prepare(given) {
      const policies = id === 'policy' ? given.somePassages('policies') : undefined
      return {
        ask: ({ text, subject, credentials }) => ({
          url: 'https://proxy.qualifire.ai/api/evaluation/evaluate',
          headers: { 'x-qualifire-api-key': credentials.apiKey ?? '' },
          body: {
            input: subject.hook === 'input' ? text : lastMessageText(subject.requestJson),
            ...(subject.hook === 'input' ? {} : { output: text }),
            [field]: policies ?? true,
          },
        }),
        judge(answer) {
          const status = requireString(answer, 'status')
          const results = Array.isArray(answer.evaluationResults) ? answer.evaluationResults : []
          return {
            isPassed: status === 'success' || status === 'passed',
            explanation: `the evaluation ended with '${status.slice(0, 40)}'`,
            data: { evaluationResults: results },
          }
        },
      }
    },
  }
}

export const qualifire: readonly Partner[] = [
  evaluate('contentModeration', 'content_moderation_check'),
  evaluate('hallucinations', 'hallucinations_check'),
  evaluate('pii', 'pii_check'),
  evaluate('promptInjections', 'prompt_injections'),
  evaluate('grounding', 'grounding_check'),
  evaluate('policy', 'assertions'),
]
