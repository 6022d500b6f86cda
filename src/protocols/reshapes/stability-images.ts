/** Stability AI's own API: a form in, one picture as JSON out. https://platform.stability.ai/docs/api-reference */
import { isVersionOfSd3 } from '../../model-traits/index.ts'
import type { Reshape } from '../reshape.ts'
import { readObject, withheld } from './answer.ts'
import { writeForm } from './form.ts'
import { readListedErrors } from './listed-errors.ts'
import { inlinePictures, writePictures } from './pictures.ts'
import { stabilityWords } from './stability-words.ts'

export const stabilityImages: Reshape = {
  id: 'stability-images',
  of: 'openai-images',
  /** Several models share the address of `sd3`, which takes their name. */
  writeRequest(asked) {
    const { words, warnings } = stabilityWords(asked, ['style'])
    const { style } = asked.body
    const preset = style === undefined ? {} : { style_preset: style }
    const name = isVersionOfSd3(asked.model) ? { model: asked.model } : {}
    return { body: writeForm({ ...words, ...preset, ...name }), warnings }
  },
  readAnswer(answer, asked) {
    const { image, finish_reason: reason } = readObject(answer)
    const pictures = inlinePictures([image])
    if (pictures.length > 0 && (reason === undefined || reason === 'SUCCESS')) return writePictures(asked, pictures)
    throw withheld(
      `the provider made no picture: ${typeof reason === 'string' ? reason : 'it does not say why'}`,
      answer,
    )
  },
  readError: readListedErrors,
}
