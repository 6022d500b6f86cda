/** Nomic's text embeddings. https://docs.nomic.ai/reference/api/embed-text-v-1-embedding-text-post */
import { count, present } from '../fields.ts'
import { usageIn } from '../native.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { embeddingRest, textsOf, writeEmbeddings } from './vectors.ts'

export const nomicEmbeddings: Reshape = {
  id: 'nomic-embeddings',
  of: 'openai-embeddings',
  writeRequest(asked) {
    const { rest, warnings } = embeddingRest(asked)
    const body = { ...rest, model: asked.model, texts: textsOf(asked), dimensionality: asked.body.dimensions }
    return { body: present(body), warnings }
  },
  readAnswer(answer, asked) {
    const body = readObject(answer)
    const vectors = listAt(body, 'embeddings', answer)
    return writeEmbeddings(asked, answer, { vectors, promptTokens: count(usageIn(body).prompt_tokens) })
  },
}
