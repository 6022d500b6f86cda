/** Segmind: the model stands in the address, its own parameters pass. https://docs.segmind.com/api-reference */
import { isObject, present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { notThisShape, readJson } from './answer.ts'
import { inlinePictures, readPictures, writePictures } from './pictures.ts'

export const segmindImages: Reshape = {
  id: 'segmind-images',
  of: 'openai-images',
  writeRequest(asked) {
    const { prompt, count, size, rest, warnings } = readPictures(asked, { most: 4, gives: ['b64_json'] })
    const samples = count === 1 ? undefined : count
    const body = { ...rest, prompt, samples, img_width: size?.width, img_height: size?.height, base64: true }
    return { body: present(body), warnings }
  },
  /** Some models answer the picture's bytes whatever was asked. */
  readAnswer(answer, asked) {
    if (answer.contentType.startsWith('image/')) {
      return writePictures(asked, [{ b64_json: Buffer.from(answer.bytes).toString('base64') }])
    }
    const body = readJson(answer)
    const image = isObject(body) ? body.image : undefined
    const pictures = inlinePictures(Array.isArray(image) ? image : [image])
    if (pictures.length === 0) throw notThisShape("it has no 'image'", answer)
    return writePictures(asked, pictures)
  },
}
