/** OpenAI's endpoint for variations of an image: a picture in, as a form; images out. */
import { wrongField } from '../fields.ts'
import { isFile, typed } from '../form-fields.ts'
import { nativeProtocol, usageIn } from '../native.ts'
import { peekImages } from '../openai-images/peek.ts'
import { inputImageTokens, readUsage } from '../openai-images/tokens.ts'

export const openaiImageVariations = nativeProtocol({
  id: 'openai-image-variations',
  endpoint: { name: 'image variations', answersText: false, usualModel: 'dall-e-2', takes: 'form' },
  peek(fields) {
    if (!isFile(fields.image)) throw wrongField('image', fields.image, 'a file')
    return peekImages(typed(fields, ['n']), inputImageTokens)
  },
  list: 'data',
  readUsage: (body) => readUsage(usageIn(body)),
})
