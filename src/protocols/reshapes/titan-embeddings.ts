/** Amazon Titan's embeddings on Bedrock, of text or of text and picture. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html */
import { embedsPictures } from '../../model-traits/index.ts'
import { count, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { Reshape } from '../reshape.ts'
import { readObject } from './answer.ts'
import { embeddingRest, inlinePicture, inputsOf, onlyOne, writeEmbeddings } from './vectors.ts'

export const titanEmbeddings: Reshape = {
  id: 'titan-embeddings',
  of: 'openai-embeddings',
  writeRequest(asked) {
    const { rest, warnings } = embeddingRest(asked)
    const input = onlyOne(inputsOf(asked), asked)
    const { dimensions } = asked.body
    const isOfPictures = embedsPictures(asked.model)
    const length = isOfPictures
      ? { embeddingConfig: dimensions === undefined ? undefined : { outputEmbeddingLength: dimensions } }
      : { dimensions }
    return { body: present({ ...rest, ...writeInput(input), ...length }), warnings }
  },
  readAnswer(answer, asked) {
    const { embedding, inputTextTokenCount } = readObject(answer)
    return writeEmbeddings(asked, answer, { vectors: [embedding], promptTokens: count(inputTextTokenCount) })
  },
}

function writeInput(input: string | JsonObject): JsonObject {
  if (typeof input === 'string') return { inputText: input }
  const { text, image } = input
  return { inputText: text, inputImage: image === undefined ? undefined : inlinePicture(image, 'input.image').data }
}
