/** OpenAI's image endpoint: a prompt in, images out, whole or as a stream of previews. */
import { stringAt } from '../fields.ts'
import { checkInput, nativeProtocol, usageIn } from '../native.ts'
import { peekImages } from './peek.ts'
import { openImageReader } from './stream.ts'
import { readUsage } from './tokens.ts'

export const openaiImages = nativeProtocol({
  id: 'openai-images',
  endpoint: { name: 'images', answersText: false, usualModel: 'dall-e-2' },
  peek(body) {
    checkInput(stringAt(body.prompt, 'prompt'), 'prompt')
    return peekImages(body)
  },
  list: 'data',
  readUsage: (body) => readUsage(usageIn(body)),
  upstream: { openStream: openImageReader },
})
