/** OpenAI's endpoint for edits of images: pictures and a prompt in, as a form or as JSON; images out, whole or as a stream of previews. */
import { stringAt, wrongField } from '../fields.ts'
import { typed } from '../form-fields.ts'
import { checkInput, nativeProtocol, usageIn } from '../native.ts'
import { peekImages } from '../openai-images/peek.ts'
import { openImageReader } from '../openai-images/stream.ts'
import { inputImageTokens, readUsage } from '../openai-images/tokens.ts'
import type { JsonObject } from '../protocol.ts'

/** Around a prompt. */
const templateTokens = 64

export const openaiImageEdits = nativeProtocol({
  id: 'openai-image-edits',
  endpoint: { name: 'image edits', answersText: false, usualModel: 'gpt-image-1.5', takes: 'json-or-form' },
  peek(fields) {
    const body = typed(fields, ['n', 'stream', 'partial_images'])
    const prompt = stringAt(body.prompt, 'prompt')
    checkInput(prompt, 'prompt')
    const pictures = countPictures(body)
    if (pictures === 0) throw wrongField('image', body.image, "one or several files ('images' in JSON)")
    const masks = body.mask === undefined ? 0 : 1
    return peekImages(body, Buffer.byteLength(prompt) + (pictures + masks) * inputImageTokens + templateTokens)
  },
  list: 'data',
  readUsage: (body) => readUsage(usageIn(body)),
  upstream: { openStream: openImageReader },
})

/** `image` in forms and at relatives, `images` in JSON. */
function countPictures({ image, images }: JsonObject): number {
  return [image, images].flat().filter((each) => each !== undefined && each !== null && each !== '').length
}
