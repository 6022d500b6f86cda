/** SiliconFlow's images: sizes and numbers under names of its own, addresses as the answer. https://docs.siliconflow.cn/en/api-reference/images/images-generations */
import { present } from '../fields.ts'
import type { Reshape } from '../reshape.ts'
import { listAt, readObject } from './answer.ts'
import { listedPictures, readPictures, writePictures } from './pictures.ts'

export const siliconflowImages: Reshape = {
  id: 'siliconflow-images',
  of: 'openai-images',
  writeRequest(asked) {
    const { prompt, count, size, rest, warnings } = readPictures(asked, { most: 4, gives: ['url'] })
    const body = {
      ...rest,
      model: asked.model,
      prompt,
      image_size: size && `${size.width}x${size.height}`,
      batch_size: count === 1 ? undefined : count,
    }
    return { body: present(body), warnings }
  },
  readAnswer(answer, asked) {
    return writePictures(asked, listedPictures(listAt(readObject(answer), 'images', answer), answer))
  },
}
