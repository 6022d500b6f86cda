/** Voyage AI's rerank: `top_k`, and the results are its `data`. https://docs.voyageai.com/reference/reranker-api */
import { count, present } from '../fields.ts'
import { usageIn } from '../native.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { readRanking, resultsOf, writeRanking } from './ranking.ts'

export const voyageRerank: Reshape = {
  id: 'voyage-rerank',
  of: 'openai-rerank',
  writeRequest(asked) {
    const dropped = ['rank_fields', 'max_tokens_per_doc', 'priority', 'user']
    const { query, texts, topN, rest, warnings } = readRanking(asked, dropped)
    const body = { ...rest, model: asked.model, query, documents: texts, top_k: topN, return_documents: false }
    return { body: present(body), warnings }
  },
  readAnswer(answer, asked) {
    const body = readObject(answer)
    const results = resultsOf(listAt(body, 'data', answer), 'relevance_score')
    return writeRanking(asked, answer, { results, totalTokens: count(usageIn(body).total_tokens) })
  },
}
