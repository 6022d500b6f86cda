/** OpenAI's embeddings endpoint, which most other providers have too. */
import { checkInput, hasTokenIds, nativeProtocol, peekSilent, usageIn } from '../native.ts'
import { readUsage } from '../openai-chat/usage.ts'

export const openaiEmbeddings = nativeProtocol({
  id: 'openai-embeddings',
  endpoint: { name: 'embeddings', answersText: false },
  peek(body) {
    const peeked = peekSilent(body)
    checkInput(body.input, 'input')
    return hasTokenIds(body.input) ? { ...peeked, hasTokenIds: true } : peeked
  },
  list: 'data',
  readUsage: (body) => readSilentUsage(usageIn(body)),
})

/** A few providers give the total alone, which is the input. */
function readSilentUsage(usage: ReturnType<typeof usageIn>) {
  const { prompt_tokens: prompt = usage.total_tokens } = usage
  return { ...readUsage({ ...usage, prompt_tokens: prompt }), output: 0, raw: usage }
}
