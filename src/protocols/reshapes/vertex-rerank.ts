/** Google Cloud's ranking API: records with ids of our own making. https://cloud.google.com/generative-ai-app-builder/docs/ranking */
import { isObject, present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { readRanking, searchesOf, writeRanking } from './ranking.ts'

export const vertexRerank: Reshape = {
  id: 'vertex-rerank',
  of: 'openai-rerank',
  writeRequest(asked) {
    const dropped = ['rank_fields', 'max_tokens_per_doc', 'priority', 'user']
    const { query, texts, topN, rest, warnings } = readRanking(asked, dropped)
    const records = texts.map((content, at) => ({ id: String(at), content }))
    const body = { ...rest, model: asked.model, query, records, topN, ignoreRecordDetailsInResponse: true }
    return { body: present(body), warnings }
  },
  readAnswer(answer, asked) {
    const results = listAt(readObject(answer), 'records', answer).map((each) =>
      isObject(each) ? { index: placeOf(each.id), score: each.score } : { index: undefined, score: undefined },
    )
    return writeRanking(asked, answer, { results, searchUnits: searchesOf(asked) })
  },
}

/** The ids are those that were sent: places in the list. */
function placeOf(id: unknown): number | undefined {
  return typeof id === 'string' && /^\d{1,9}$/.test(id) ? Number(id) : undefined
}
