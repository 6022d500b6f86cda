/** Mistral's moderation with a key of its own. docs.mistral.ai/api: `POST /v1/moderations` */
import { requireObject, requireObjects, trueKeys } from './answer.ts'
import type { Partner } from './partner.ts'

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
        const [result] = requireObjects(answer, 'results')
        if (result === undefined) throw new Error('the answer has no result')
        const flagged = trueKeys(requireObject(result, 'categories'))
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
