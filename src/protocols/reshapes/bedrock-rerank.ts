/** The rerank operation of Bedrock's agent runtime; the model is an ARN. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html */
import { present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { readRanking, resultsOf, searchesOf, writeRanking } from './ranking.ts'

export const bedrockRerank: Reshape = {
  id: 'bedrock-rerank',
  of: 'openai-rerank',
  writeRequest(asked) {
    const { query, texts, topN, rest, warnings } = readRanking(asked, ['rank_fields', 'user'])
    const model = present({
      modelArn: asked.model,
      additionalModelRequestFields: Object.keys(rest).length === 0 ? undefined : rest,
    })
    const sources = texts.map((text) => ({
      type: 'INLINE',
      inlineDocumentSource: { type: 'TEXT', textDocument: { text } },
    }))
    return {
      body: {
        queries: [{ type: 'TEXT', textQuery: { text: query } }],
        sources,
        rerankingConfiguration: {
          type: 'BEDROCK_RERANKING_MODEL',
          bedrockRerankingConfiguration: present({ modelConfiguration: model, numberOfResults: topN }),
        },
      },
      warnings,
    }
  },
  readAnswer(answer, asked) {
    const results = resultsOf(listAt(readObject(answer), 'results', answer), 'relevanceScore')
    return writeRanking(asked, answer, { results, searchUnits: searchesOf(asked) })
  },
}
