/** Stability's image models on Bedrock. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-stability-diffusion.html */
import type { Reshape } from '../reshape.ts'
import { readObject, withheld } from './answer.ts'
import { inlinePictures, writePictures } from './pictures.ts'
import { stabilityWords } from './stability-words.ts'

export const stabilityInvokeImages: Reshape = {
  id: 'stability-invoke-images',
  of: 'openai-images',
  writeRequest(asked) {
    const { words, warnings } = stabilityWords(asked, [])
    return { body: words, warnings }
  },
  readAnswer(answer, asked) {
    const { images, finish_reasons: reasons } = readObject(answer)
    const reason = Array.isArray(reasons) ? reasons.find((each) => typeof each === 'string') : undefined
    const pictures = inlinePictures(Array.isArray(images) ? images : [])
    if (reason !== undefined || pictures.length === 0) {
      throw withheld(`the provider made no picture: ${reason ?? 'it does not say why'}`, answer)
    }
    return writePictures(asked, pictures)
  },
}
