/** Together AI's images: width and height, and base64 under another name. https://docs.together.ai/reference/post-images-generations */
import { present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { listedPictures, readPictures, writePictures } from './pictures.ts'

export const togetherImages: Reshape = {
  id: 'together-images',
  of: 'openai-images',
  writeRequest(asked) {
    const shape = { most: 4, gives: ['url', 'b64_json'], reads: ['output_format'] } as const
    const { prompt, count, size, rest, warnings } = readPictures(asked, shape)
    const { response_format: format, output_format } = asked.body
    const body = {
      ...rest,
      model: asked.model,
      prompt,
      n: count,
      width: size?.width,
      height: size?.height,
      response_format: format === 'b64_json' ? 'base64' : format,
      output_format,
    }
    return { body: present(body), warnings }
  },
  readAnswer: (answer, asked) =>
    writePictures(asked, listedPictures(listAt(readObject(answer), 'data', answer), answer)),
}
