/** Jina's rerank. https://jina.ai/reranker (API reference) */
import { count, present } from '../fields.ts'
import { usageIn } from '../native.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { readRanking, resultsOf, writeRanking } from './ranking.ts'

export const jinaRerank: Reshape = {
  id: 'jina-rerank',
  of: 'openai-rerank',
  writeRequest(asked) {
    const { query, texts, topN, rest, warnings } = readRanking(asked, ['rank_fields', 'user'])
    const body = { ...rest, model: asked.model, query, documents: texts, top_n: topN, return_documents: false }
    return { body: present(body), warnings }
  },
  readAnswer(answer, asked) {
    const body = readObject(answer)
    const results = resultsOf(listAt(body, 'results', answer), 'relevance_score')
    return writeRanking(asked, answer, { results, totalTokens: count(usageIn(body).total_tokens) })
  },
}
