/** What all rerank shapes do alike: read the query and the documents, write scores as one list. */

import type { Warning } from '../../inference/index.ts'
import { isObject, optional, positiveIntegerAt, present, stringAt, wrongField } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { Asked, RawBody } from '../reshape.ts'
import { leftOver, notThisShape } from './answer.ts'

export interface RankQuestion {
  readonly query: string
  readonly texts: readonly string[]
  readonly topN: number | undefined
  readonly rest: JsonObject
  readonly warnings: readonly Warning[]
}

const read = ['model', 'query', 'documents', 'top_n', 'return_documents']

/** Documents are given back from the request, so no provider is asked to send them. */
export function readRanking({ body }: Asked, dropped: readonly string[] = []): RankQuestion {
  return {
    query: stringAt(body.query, 'query'),
    texts: textsOf(body),
    topN: optional(body.top_n, 'top_n', positiveIntegerAt),
    ...leftOver(body, read, dropped),
  }
}

function textsOf({ documents }: JsonObject): readonly string[] {
  if (!Array.isArray(documents)) throw wrongField('documents', documents, 'an array of texts')
  return documents.map((item, at) => stringAt(isObject(item) ? item.text : item, `documents.${at}`))
}

export interface Ranked {
  readonly results: readonly { readonly index: unknown; readonly score: unknown }[]
  readonly id?: unknown
  /** What the provider counts by; undefined = it does not say. */
  readonly searchUnits?: number | undefined
  readonly totalTokens?: number | undefined
}

/** A provider's list of results, by what it calls the score. */
export function resultsOf(list: readonly unknown[], score: string): Ranked['results'] {
  return list.map((each) =>
    isObject(each) ? { index: each.index, score: each[score] } : { index: undefined, score: undefined },
  )
}

export function writeRanking(asked: Asked, answer: RawBody, ranked: Ranked): JsonObject {
  const texts = textsOf(asked.body)
  const usage = present({
    search_units: ranked.searchUnits,
    total_tokens: ranked.totalTokens,
    prompt_tokens: ranked.totalTokens,
  })
  return present({
    id: typeof ranked.id === 'string' ? ranked.id : undefined,
    object: 'list',
    results: ranked.results.map(({ index, score }) => {
      const text = typeof index === 'number' ? texts[index] : undefined
      if (text === undefined || typeof score !== 'number' || !Number.isFinite(score))
        throw notThisShape('a result has no index or score', answer)
      const scored = { index, relevance_score: score }
      return asked.body.return_documents === true ? { ...scored, document: { text } } : scored
    }),
    model: asked.model,
    usage: Object.keys(usage).length === 0 ? undefined : usage,
  })
}

/** One query with up to 100 documents is billed as one search at Amazon and at Google, who do not report it. */
export function searchesOf({ body: { documents } }: Asked): number {
  return Math.ceil((Array.isArray(documents) ? documents.length : 0) / documentsPerSearch)
}

/** https://aws.amazon.com/bedrock/pricing, https://cloud.google.com/generative-ai-app-builder/pricing (2026-11) */
const documentsPerSearch = 100
