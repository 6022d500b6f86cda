/** Patronus: the evaluators that it manages itself. docs.patronus.ai: `POST /v1/evaluate` */
import { requireBoolean, requireObject, requireObjects } from './answer.ts'
import type { Partner } from './partner.ts'
import { lastMessageText } from './request-parts.ts'

function evaluate(id: string, evaluator: string, criteria?: string): Partner {
  return {
    id: `patronus.${id}`,
    name: 'Patronus',
    credentials: ['apiKey'],
    timeoutMs: 15_000,
    prepare(given) {
      const own = id === 'custom' ? (given.optionalText('profile') ?? given.text('criteria')) : criteria
      return {
        ask: ({ text, subject, credentials }) => ({
          url: 'https://api.patronus.ai/v1/evaluate',
          headers: { 'x-api-key': credentials.apiKey ?? '' },
          body: {
            evaluators: [{ evaluator, ...(own === undefined ? {} : { criteria: own }) }],
            evaluated_model_input: subject.hook === 'input' ? text : lastMessageText(subject.requestJson),
            ...(subject.hook === 'input' ? {} : { evaluated_model_output: text }),
          },
        }),
        judge(answer) {
          const [result] = requireObjects(answer, 'results')
          if (result === undefined || result.status !== 'success') throw new Error('the evaluation was not carried out')
          const isPassed = requireBoolean(requireObject(result, 'evaluation_result'), 'pass')
          return { isPassed, explanation: `${own ?? evaluator}: ${isPassed ? 'passed' : 'failed'}` }
        },
      }
    },
  }
}

export const patronus: readonly Partner[] = [
  evaluate('phi', 'phi'),
  evaluate('pii', 'pii'),
  evaluate('toxicity', 'toxicity'),
  evaluate('isConcise', 'judge', 'patronus:is-concise'),
  evaluate('isHelpful', 'judge', 'patronus:is-helpful'),
  evaluate('isPolite', 'judge', 'patronus:is-polite'),
  evaluate('noApologies', 'judge', 'patronus:no-apologies'),
  evaluate('noGenderBias', 'judge', 'patronus:no-gender-bias'),
  evaluate('noRacialBias', 'judge', 'patronus:no-racial-bias'),
  evaluate('custom', 'judge'),
]
