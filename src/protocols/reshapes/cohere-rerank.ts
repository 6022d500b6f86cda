/** Cohere's rerank, at Cohere and in Azure's catalog. https://docs.cohere.com/reference/rerank */
import { count, isObject, present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { readRanking, resultsOf, writeRanking } from './ranking.ts'

export const cohereRerank: Reshape = {
  id: 'cohere-rerank',
  of: 'openai-rerank',
  writeRequest(asked) {
    const { query, texts, topN, rest, warnings } = readRanking(asked, ['rank_fields', 'user'])
    return { body: present({ ...rest, model: asked.model, query, documents: texts, top_n: topN }), warnings }
  },
  readAnswer(answer, asked) {
    const body = readObject(answer)
    const results = resultsOf(listAt(body, 'results', answer), 'relevance_score')
    const units = isObject(body.meta) && isObject(body.meta.billed_units) ? body.meta.billed_units : {}
    return writeRanking(asked, answer, { id: body.id, results, searchUnits: count(units.search_units) })
  },
}
