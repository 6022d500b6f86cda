/** Embeddings of text, picture and video in one space on Vertex AI: one instance a request. https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/multimodal-embeddings-api */
import { isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { embeddingRest, inlinePicture, inputsOf, onlyOne, writeVector } from './vectors.ts'

export const vertexMultimodalEmbeddings: Reshape = {
  id: 'vertex-multimodal-embeddings',
  of: 'openai-embeddings',
  writeRequest(asked) {
    const { rest, warnings } = embeddingRest(asked)
    const input = onlyOne(inputsOf(asked), asked)
    const instance = typeof input === 'string' ? { text: input } : writeInstance(input)
    return {
      body: { instances: [instance], parameters: present({ ...rest, dimension: asked.body.dimensions }) },
      warnings,
    }
  },
  readAnswer(answer, asked) {
    const [prediction] = listAt(readObject(answer), 'predictions', answer)
    const { textEmbedding, imageEmbedding, videoEmbeddings } = isObject(prediction) ? prediction : {}
    const video =
      Array.isArray(videoEmbeddings) && isObject(videoEmbeddings[0]) ? videoEmbeddings[0].embedding : undefined
    const item = present({
      object: 'embedding',
      index: 0,
      embedding: writeVector(textEmbedding ?? imageEmbedding ?? video, asked, answer),
      image_embedding: imageEmbedding && writeVector(imageEmbedding, asked, answer),
      video_embeddings: videoEmbeddings,
    })
    return { object: 'list', data: [item], model: asked.model }
  },
}

function writeInstance({ text, image, video }: JsonObject): JsonObject {
  return present({
    text,
    image: image === undefined ? undefined : writePicture(image),
    video: isObject(video) ? writeVideo(video) : undefined,
  })
}

function writePicture(image: unknown): JsonObject {
  const url = isObject(image) ? image.url : image
  if (typeof url === 'string' && url.startsWith('gs://')) return { gcsUri: url }
  const { data, mimeType } = inlinePicture(image, 'input.image')
  return { bytesBase64Encoded: data, mimeType }
}

function writeVideo({ url, base64, start_offset, end_offset, interval }: JsonObject): JsonObject {
  const segment = present({ startOffsetSec: start_offset, endOffsetSec: end_offset, intervalSec: interval })
  return present({
    gcsUri: url,
    bytesBase64Encoded: base64,
    videoSegmentConfig: Object.keys(segment).length === 0 ? undefined : segment,
  })
}
