/** Hugging Face's feature extraction task, for models that give one vector a text. https://huggingface.co/docs/inference-providers/tasks/feature-extraction */
import type { Reshape } from '../reshape.ts'
import { notThisShape, readJson, unsupported } from './answer.ts'
import { embeddingRest, textsOf, writeEmbeddings } from './vectors.ts'

export const featureExtraction: Reshape = {
  id: 'feature-extraction',
  of: 'openai-embeddings',
  writeRequest(asked) {
    if (asked.body.dimensions !== undefined) {
      throw unsupported('dimensions', 'dimensions is not supported by this task; leave it out')
    }
    const { rest, warnings } = embeddingRest(asked)
    return { body: { ...rest, inputs: textsOf(asked) }, warnings }
  },
  readAnswer(answer, asked) {
    const vectors = readJson(answer)
    if (!Array.isArray(vectors)) throw notThisShape('it is not a list of vectors', answer)
    return writeEmbeddings(asked, answer, { vectors })
  },
}
