/** Fireworks' FLUX models: an aspect ratio in, base64 out. https://docs.fireworks.ai/api-reference/generate-a-new-image-from-a-text-prompt */
import { present, textOr } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { readObject, withheld } from './answer.ts'
import { aspectOf, inlinePictures, readPictures, writePictures } from './pictures.ts'

const ratios = ['1:1', '21:9', '16:9', '3:2', '5:4', '4:5', '2:3', '9:16', '9:21', '4:3', '3:4']

export const fireworksImages: Reshape = {
  id: 'fireworks-images',
  of: 'openai-images',
  writeRequest(asked) {
    const shape = { most: 1, gives: ['b64_json'], reads: ['aspect_ratio'] } as const
    const { prompt, size, rest, warnings } = readPictures(asked, shape)
    const { ratio, warnings: changed } = aspectOf(size, ratios)
    const body = { ...rest, prompt, aspect_ratio: asked.body.aspect_ratio ?? ratio }
    return { body: present(body), warnings: [...warnings, ...changed] }
  },
  readAnswer(answer, asked) {
    const { base64, finishReason } = readObject(answer)
    const pictures = inlinePictures(Array.isArray(base64) ? base64 : [base64])
    if (pictures.length > 0 && finishReason !== 'CONTENT_FILTERED') return writePictures(asked, pictures)
    throw withheld(`the provider made no picture: ${textOr(finishReason, 'it does not say why')}`, answer)
  },
}
