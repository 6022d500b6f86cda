/** Amazon Nova's embeddings on Bedrock: one input a request. https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html */
import { isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { invokedTokens } from './invoked.ts'
import { embeddingRest, inlinePicture, inputsOf, onlyOne, writeEmbeddings } from './vectors.ts'

export const novaEmbeddings: Reshape = {
  id: 'nova-embeddings',
  of: 'openai-embeddings',
  writeRequest(asked) {
    const { rest, warnings } = embeddingRest(asked, ['embedding_purpose'])
    const { dimensions, embedding_purpose: purpose = 'GENERIC_INDEX' } = asked.body
    const params = present({
      embeddingPurpose: purpose,
      embeddingDimension: dimensions,
      ...writeInput(onlyOne(inputsOf(asked), asked)),
    })
    return { body: { ...rest, taskType: 'SINGLE_EMBEDDING', singleEmbeddingParams: params }, warnings }
  },
  readAnswer(answer, asked) {
    const list = listAt(readObject(answer), 'embeddings', answer)
    const vectors = list.map((each) => (isObject(each) ? each.embedding : undefined))
    return writeEmbeddings(asked, answer, { vectors, promptTokens: invokedTokens(answer) })
  },
}

function writeInput(input: string | JsonObject): JsonObject {
  if (typeof input === 'string') return { text: { truncationMode: 'END', value: input } }
  if (input.image === undefined) return { text: { truncationMode: 'END', value: input.text } }
  const { data, mimeType } = inlinePicture(input.image, 'input.image')
  return { image: { format: mimeType.replace('image/', ''), source: { bytes: data } } }
}
