/** Services that measure a text against criteria: Patronus, Qualifire, Mistral's moderation. */
import { askedIn, flagIn, objectIn, objectsIn, type Partner, textIn, trueKeys } from './partner.ts'

/** docs.patronus.ai: `POST /v1/evaluate`; the evaluators that Patronus itself manages. */
function patronus(id: string, evaluator: string, criteria?: string): Partner {
  return {
    id: `patronus.${id}`,
    name: 'Patronus',
    credentials: ['apiKey'],
    timeoutMs: 15_000,
    prepare(given) {
      const own = id === 'custom' ? given.text('criteria') : criteria
      return {
        ask: ({ text, subject, credentials }) => ({
          url: 'https://api.patronus.ai/v1/evaluate',
          headers: { 'x-api-key': credentials.apiKey ?? '' },
          body: {
            evaluators: [{ evaluator, ...(own === undefined ? {} : { criteria: own }) }],
            evaluated_model_input: subject.hook === 'input' ? text : askedIn(subject.requestJson),
            ...(subject.hook === 'input' ? {} : { evaluated_model_output: text }),
          },
        }),
        judge(answer) {
          const [result] = objectsIn(answer, 'results')
          if (result === undefined || result.status !== 'success') throw new Error('the evaluation was not carried out')
          const isPassed = flagIn(objectIn(result, 'evaluation_result'), 'pass')
          return { isPassed, explanation: `${own ?? evaluator}: ${isPassed ? 'passed' : 'failed'}` }
        },
      }
    },
  }
}

/** docs.qualifire.ai: `POST /api/evaluation/evaluate`, one check of it. */
function qualifire(id: string, field: string): Partner {
  return {
    id: `qualifire.${id}`,
    name: 'Qualifire',
    credentials: ['apiKey'],
    timeoutMs: 30_000,
    prepare(given) {
      const policies = id === 'policy' ? given.someTexts('policies') : undefined
      return {
        ask: ({ text, subject, credentials }) => ({
          url: 'https://proxy.qualifire.ai/api/evaluation/evaluate',
          headers: { 'x-qualifire-api-key': credentials.apiKey ?? '' },
          body: {
            input: subject.hook === 'input' ? text : askedIn(subject.requestJson),
            ...(subject.hook === 'input' ? {} : { output: text }),
            [field]: policies ?? true,
          },
        }),
        judge(answer) {
          const status = textIn(answer, 'status')
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

/** docs.mistral.ai/api: `POST /v1/moderations`, with a key of its own. */
export const mistralDirect: Partner = {
  id: 'mistral.moderateContent',
  name: 'Mistral',
  credentials: ['apiKey'],
  timeoutMs: 5_000,
  prepare(given) {
    const wanted = given.texts('categories')
    const model = given.optionalText('model') ?? 'mistral-moderation-latest'
    return {
      ask: ({ text, credentials }) => ({
        url: 'https://api.mistral.ai/v1/moderations',
        headers: { authorization: `Bearer ${credentials.apiKey}` },
        body: { model, input: [text] },
      }),
      judge(answer) {
        const [result] = objectsIn(answer, 'results')
        if (result === undefined) throw new Error('the answer has no result')
        const flagged = trueKeys(objectIn(result, 'categories'))
        const counted = wanted.length === 0 ? flagged : flagged.filter((each) => wanted.includes(each))
        return {
          isPassed: counted.length === 0,
          explanation: counted.length === 0 ? 'no category was flagged' : `flagged as ${counted.join(', ')}`,
          data: { flaggedCategories: counted },
        }
      },
    }
  },
}

export const evaluators: readonly Partner[] = [
  patronus('phi', 'phi'),
  patronus('pii', 'pii'),
  patronus('toxicity', 'toxicity'),
  patronus('isConcise', 'judge', 'patronus:is-concise'),
  patronus('isHelpful', 'judge', 'patronus:is-helpful'),
  patronus('isPolite', 'judge', 'patronus:is-polite'),
  patronus('noApologies', 'judge', 'patronus:no-apologies'),
  patronus('noGenderBias', 'judge', 'patronus:no-gender-bias'),
  patronus('noRacialBias', 'judge', 'patronus:no-racial-bias'),
  patronus('custom', 'judge'),
  qualifire('contentModeration', 'content_moderation_check'),
  qualifire('hallucinations', 'hallucinations_check'),
  qualifire('pii', 'pii_check'),
  qualifire('promptInjections', 'prompt_injections'),
  qualifire('grounding', 'grounding_check'),
  qualifire('policy', 'assertions'),
]
