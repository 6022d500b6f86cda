/** Pinecone's rerank: documents are objects, limits of the model stand under `parameters`. https://docs.pinecone.io/reference/api/latest/inference/rerank */
import { count, isObject, present } from '../fields.ts'
import { usageIn } from '../native.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { readRanking, resultsOf, writeRanking } from './ranking.ts'

export const pineconeRerank: Reshape = {
  id: 'pinecone-rerank',
  of: 'openai-rerank',
  writeRequest(asked) {
    const dropped = ['rank_fields', 'max_tokens_per_doc', 'priority', 'user']
    const { query, texts, topN, rest, warnings } = readRanking(asked, dropped)
    const { truncation, parameters, ...others } = rest
    const limits = {
      ...(isObject(parameters) ? parameters : {}),
      ...(truncation === undefined ? {} : { truncate: truncation }),
    }
    return {
      body: present({
        ...others,
        model: asked.model,
        query,
        documents: texts.map((text) => ({ text })),
        top_n: topN,
        return_documents: false,
        parameters: Object.keys(limits).length === 0 ? undefined : limits,
      }),
      warnings,
    }
  },
  readAnswer(answer, asked) {
    const body = readObject(answer)
    const results = resultsOf(listAt(body, 'data', answer), 'score')
    return writeRanking(asked, answer, { results, searchUnits: count(usageIn(body).rerank_units) })
  },
}
