/** Cloudflare's image models: base64 in an envelope, or the picture's bytes. https://developers.cloudflare.com/workers-ai/models/flux-1-schnell */
import { isObject, present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { notThisShape, readObject } from './answer.ts'
import { readListedErrors } from './listed-errors.ts'
import { inlinePictures, readPictures, writePictures } from './pictures.ts'

export const workersImages: Reshape = {
  id: 'workers-images',
  of: 'openai-images',
  writeRequest(asked) {
    const { prompt, size, rest, warnings } = readPictures(asked, { most: 1, gives: ['b64_json'] })
    return { body: present({ ...rest, prompt, width: size?.width, height: size?.height }), warnings }
  },
  readAnswer(answer, asked) {
    if (answer.contentType.startsWith('image/')) {
      return writePictures(asked, [{ b64_json: Buffer.from(answer.bytes).toString('base64') }])
    }
    const { result } = readObject(answer)
    const pictures = inlinePictures([isObject(result) ? result.image : undefined])
    if (pictures.length === 0) throw notThisShape("it has no 'result.image'", answer)
    return writePictures(asked, pictures)
  },
  readError: readListedErrors,
}
