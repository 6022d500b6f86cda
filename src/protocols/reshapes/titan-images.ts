/** Amazon's own image models on Bedrock: Titan Image Generator and Nova Canvas. https://docs.aws.amazon.com/nova/latest/userguide/image-gen-req-resp-structure.html */
import { present, wrongField } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { readObject, withheld } from './answer.ts'
import { inlinePictures, readPictures, writePictures } from './pictures.ts'

const qualities: Readonly<Record<string, string>> = {
  standard: 'standard',
  low: 'standard',
  medium: 'standard',
  hd: 'premium',
  high: 'premium',
  premium: 'premium',
}

export const titanImages: Reshape = {
  id: 'titan-images',
  of: 'openai-images',
  writeRequest(asked) {
    const shape = { most: 5, gives: ['b64_json'], reads: ['quality', 'negative_prompt', 'style'] } as const
    const { prompt, count, size, rest, warnings } = readPictures(asked, shape)
    const { negative_prompt: negativeText, style } = asked.body
    const imageGenerationConfig = present({
      ...rest,
      numberOfImages: count,
      width: size?.width,
      height: size?.height,
      quality: qualityOf(asked.body.quality),
    })
    const textToImageParams = present({ text: prompt, negativeText, style })
    return { body: { taskType: 'TEXT_IMAGE', textToImageParams, imageGenerationConfig }, warnings }
  },
  readAnswer(answer, asked) {
    const { images, error } = readObject(answer)
    const pictures = inlinePictures(Array.isArray(images) ? images : [])
    if (pictures.length > 0) return writePictures(asked, pictures)
    throw withheld(`the provider made no picture: ${typeof error === 'string' ? error : 'it does not say why'}`, answer)
  },
}

function qualityOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === 'auto') return undefined
  const quality = typeof value === 'string' && Object.hasOwn(qualities, value) ? qualities[value] : undefined
  if (quality === undefined) throw wrongField('quality', value, `one of auto, ${Object.keys(qualities).join(', ')}`)
  return quality
}
