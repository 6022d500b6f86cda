/** Imagen, on the Gemini API and on Vertex AI. https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api */
import { isObject, present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { readObject, withheld } from './answer.ts'
import { aspectOf, inlinePictures, readPictures, writePictures } from './pictures.ts'

const ratios = ['1:1', '3:4', '4:3', '9:16', '16:9']

export const imagenImages: Reshape = {
  id: 'imagen-images',
  of: 'openai-images',
  writeRequest(asked) {
    const shape = {
      most: 4,
      gives: ['b64_json'],
      reads: ['aspect_ratio', 'output_format', 'output_compression'],
    } as const
    const { prompt, count, size, rest, warnings } = readPictures(asked, shape)
    const { aspect_ratio: given, output_format: format, output_compression: quality } = asked.body
    const { ratio, warnings: changed } = aspectOf(size, ratios)
    const output = present({
      mimeType: typeof format === 'string' ? `image/${format}` : undefined,
      compressionQuality: quality,
    })
    const parameters = present({
      ...rest,
      sampleCount: count,
      aspectRatio: given ?? ratio,
      outputOptions: Object.keys(output).length === 0 ? undefined : output,
    })
    return { body: { instances: [{ prompt }], parameters }, warnings: [...warnings, ...changed] }
  },
  readAnswer(answer, asked) {
    const { predictions } = readObject(answer)
    const list = Array.isArray(predictions) ? predictions.filter(isObject) : []
    const pictures = inlinePictures(list.map((each) => each.bytesBase64Encoded))
    if (pictures.length > 0) return writePictures(asked, pictures)
    const reason = list.map((each) => each.raiFilteredReason).find((each) => typeof each === 'string')
    throw withheld(`the provider made no picture: ${reason ?? 'it was filtered'}`, answer)
  },
}
