/** Embeddings of Google's Gemini API: every text is a request of its own in one batch. https://ai.google.dev/api/embeddings */
import { isObject, present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { embeddingRest, textsOf, writeEmbeddings } from './vectors.ts'

export const googleEmbeddings: Reshape = {
  id: 'google-embeddings',
  of: 'openai-embeddings',
  writeRequest(asked) {
    const { rest, warnings } = embeddingRest(asked, ['task_type'])
    const { dimensions, task_type: taskType } = asked.body
    const requests = textsOf(asked).map((text) =>
      present({
        ...rest,
        model: `models/${asked.model}`,
        content: { parts: [{ text }] },
        taskType,
        outputDimensionality: dimensions,
      }),
    )
    return { body: { requests }, warnings }
  },
  readAnswer(answer, asked) {
    const list = listAt(readObject(answer), 'embeddings', answer)
    return writeEmbeddings(asked, answer, { vectors: list.map((each) => (isObject(each) ? each.values : undefined)) })
  },
}
