/** The rerank endpoint in the shape that Cohere, Jina, Together and vLLM share: a query, documents, scores. */
import type { Usage } from '../../inference/index.ts'
import { count, isObject, present, stringAt, wrongField } from '../fields.ts'
import { nativeProtocol, peekSilent, usageIn } from '../native.ts'
import type { JsonObject } from '../protocol.ts'

export const openaiRerank = nativeProtocol({
  id: 'openai-rerank',
  endpoint: { name: 'rerank', answersText: false },
  peek(body) {
    stringAt(body.query, 'query')
    if (!Array.isArray(body.documents) || body.documents.length === 0) {
      throw wrongField('documents', body.documents, 'a non-empty array of texts')
    }
    return { ...peekSilent(body), units: { searches: mostSearches(body.query, body.documents) }, isUnitsBound: true }
  },
  list: 'results',
  readUsage,
})

/** One search is a query with up to 100 documents, and a document of more than 500 tokens, the query's included, counts as several (cohere.com/pricing). A token is one byte at least. */
const documentsPerSearch = 100
const tokensPerDocument = 500

function mostSearches(query: unknown, documents: readonly unknown[]): number {
  const queryBytes = Math.min(Buffer.byteLength(String(query)), tokensPerDocument / 2)
  const pieces = documents.map((document) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document)
    return Math.ceil(Math.max(1, Buffer.byteLength(text)) / (tokensPerDocument - queryBytes))
  })
  return Math.ceil(pieces.reduce((sum, each) => sum + each, 0) / documentsPerSearch)
}

/** `usage` in most relatives, `meta` at Cohere. */
function readUsage(body: JsonObject): Usage {
  const usage = usageIn(body)
  const meta = isObject(body.meta) ? body.meta : {}
  const tokens = isObject(meta.tokens) ? meta.tokens : {}
  const billed = isObject(meta.billed_units) ? meta.billed_units : {}
  const input = count(usage.prompt_tokens) ?? count(usage.total_tokens) ?? count(tokens.input_tokens)
  const searches = count(usage.search_units) ?? count(billed.search_units)
  return present({ inputUncached: input, searches, output: 0, raw: isObject(body.usage) ? usage : meta })
}
