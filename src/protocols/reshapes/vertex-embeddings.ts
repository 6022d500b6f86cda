/** Text embeddings of Vertex AI. https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api */
import { takesOneText } from '../../model-traits/index.ts'
import { count, isObject, present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { embeddingRest, onlyOne, textsOf, writeEmbeddings } from './vectors.ts'

export const vertexEmbeddings: Reshape = {
  id: 'vertex-embeddings',
  of: 'openai-embeddings',
  writeRequest(asked) {
    const { rest, warnings } = embeddingRest(asked, ['task_type', 'title'])
    const { dimensions, task_type, title } = asked.body
    const texts = textsOf(asked)
    if (takesOneText(asked.model)) onlyOne(texts, asked)
    const instances = texts.map((content) => present({ content, task_type, title }))
    return { body: { instances, parameters: present({ ...rest, outputDimensionality: dimensions }) }, warnings }
  },
  readAnswer(answer, asked) {
    const list = listAt(readObject(answer), 'predictions', answer).map((each) =>
      isObject(each) && isObject(each.embeddings) ? each.embeddings : {},
    )
    const tokens = list.map(({ statistics }) => (isObject(statistics) ? count(statistics.token_count) : undefined))
    return writeEmbeddings(asked, answer, {
      vectors: list.map(({ values }) => values),
      promptTokens: tokens.reduce((sum, each) => (sum === undefined || each === undefined ? undefined : sum + each), 0),
    })
  },
}
