/** OpenAI's moderations endpoint. It reports no usage, so the input is estimated. */
import { checkInput, nativeProtocol, peekSilent, usageIn } from '../native.ts'
import { readUsage } from '../openai-chat/usage.ts'

export const openaiModerations = nativeProtocol({
  id: 'openai-moderations',
  endpoint: { name: 'moderations', answersText: false, usualModel: 'omni-moderation-latest' },
  peek(body) {
    checkInput(body.input, 'input')
    return peekSilent(body)
  },
  list: 'results',
  readUsage: (body) => ({ ...readUsage(usageIn(body)), output: 0 }),
})
