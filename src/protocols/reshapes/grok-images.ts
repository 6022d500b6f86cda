/** xAI's images: OpenAI's shape with an aspect ratio in place of the size. https://docs.x.ai/developers/model-capabilities/images/generation */
import { present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { aspectOf, listedPictures, readPictures, writePictures } from './pictures.ts'

const ratios = ['1:1', '3:4', '4:3', '9:16', '16:9', '2:3', '3:2', '9:20', '20:9', '1:2', '2:1']

export const grokImages: Reshape = {
  id: 'grok-images',
  of: 'openai-images',
  writeRequest(asked) {
    const shape = { most: 10, gives: ['url', 'b64_json'], reads: ['quality', 'aspect_ratio', 'user'] } as const
    const { prompt, count, size, rest, warnings } = readPictures(asked, shape)
    const { response_format, quality, user, aspect_ratio: given } = asked.body
    const { ratio, warnings: changed } = aspectOf(size, ratios)
    const aspect_ratio = given ?? ratio
    const body = { ...rest, model: asked.model, prompt, n: count, response_format, quality, user, aspect_ratio }
    return { body: present(body), warnings: [...warnings, ...changed] }
  },
  readAnswer: (answer, asked) =>
    writePictures(asked, listedPictures(listAt(readObject(answer), 'data', answer), answer)),
}
