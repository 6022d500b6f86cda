/** Hyperbolic's images: `model_name`, width and height, base64 out. https://docs.hyperbolic.ai/inference/image-apis */
import { isObject, present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, notThisShape, readObject } from './answer.ts'
import { inlinePictures, readPictures, writePictures } from './pictures.ts'

export const hyperbolicImages: Reshape = {
  id: 'hyperbolic-images',
  of: 'openai-images',
  writeRequest(asked) {
    const { prompt, size, rest, warnings } = readPictures(asked, { most: 1, gives: ['b64_json'] })
    const body = { ...rest, model_name: asked.model, prompt, width: size?.width, height: size?.height }
    return { body: present(body), warnings }
  },
  readAnswer(answer, asked) {
    const images = listAt(readObject(answer), 'images', answer)
    const pictures = inlinePictures(images.map((each) => (isObject(each) ? each.image : undefined)))
    if (pictures.length === 0) throw notThisShape('it holds no picture', answer)
    return writePictures(asked, pictures)
  },
}
