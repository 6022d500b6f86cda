/** OpenAI's image endpoint: a prompt in, images out, whole or as a stream of previews. */
import { booleanAt, optional, positiveIntegerAt, present, stringAt } from '../fields.ts'
import { checkInput, modelOf, nativeProtocol, usageIn } from '../native.ts'
import type { JsonObject, Peek } from '../protocol.ts'
import { ImageReader } from './stream.ts'
import { mostTokens, readUsage } from './tokens.ts'

export const openaiImages = nativeProtocol({
  id: 'openai-images',
  endpoint: { name: 'images', answersText: false },
  peek,
  list: 'data',
  readUsage: (body) => readUsage(usageIn(body)),
  upstream: { openStream: () => new ImageReader() },
})

function peek(body: JsonObject): Peek {
  const model = modelOf(body)
  checkInput(stringAt(body.prompt, 'prompt'), 'prompt')
  return present({
    model,
    isStream: optional(body.stream, 'stream', booleanAt) ?? false,
    maxOutputTokens: mostTokens(body),
    isOutputFixed: true,
    answers: optional(body.n, 'n', positiveIntegerAt) ?? 1,
    wantsUsage: true,
    user: optional(body.user, 'user', stringAt),
    hasTools: false,
  })
}
