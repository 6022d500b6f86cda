/** The rerank endpoint in the shape that Cohere, Jina, Together and vLLM share: a query, documents, scores. */
import type { Usage } from '../../inference/index.ts'
import { count, isObject, stringAt, wrongField } from '../fields.ts'
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
    return peekSilent(body)
  },
  list: 'results',
  readUsage,
})

/** `usage` in most relatives, `meta.tokens` at Cohere. */
function readUsage(body: JsonObject): Usage {
  const usage = usageIn(body)
  const meta = isObject(body.meta) ? body.meta : {}
  const tokens = isObject(meta.tokens) ? meta.tokens : {}
  const input = count(usage.prompt_tokens) ?? count(usage.total_tokens) ?? count(tokens.input_tokens)
  const raw = isObject(body.usage) ? usage : meta
  return input === undefined ? { output: 0, raw } : { inputUncached: input, output: 0, raw }
}
