/** CrowdStrike AIDR's guard_chat_completions; the base URL is the customer's own. */
import { requireBoolean, requireObject, requireObjects, requireString } from './answer.ts'
import type { Partner } from './partner.ts'
import { messagesOf, readBaseUrl } from './request-parts.ts'

export const crowdstrike: Partner = {
  id: 'crowdstrike-aidr.guardChatCompletions',
  name: 'CrowdStrike AIDR',
  credentials: ['apiKey', 'baseUrl'],
  timeoutMs: 10_000,
  isPerText: () => true,
  prepare: () => ({
    ask: (question) => ({
      url: `${readBaseUrl(question.credentials.baseUrl, '')}/v1/guard_chat_completions`,
      headers: { authorization: `Bearer ${question.credentials.apiKey}` },
      body: {
        guard_input: { messages: messagesOf(question) },
        event_type: question.subject.hook === 'input' ? 'input' : 'output',
      },
    }),
    judge(answer) {
      const result = requireObject(answer, 'result')
      const isBlocked = requireBoolean(result, 'blocked')
      const output =
        result.transformed === true
          ? requireObjects(requireObject(result, 'guard_output'), 'messages').at(-1)
          : undefined
      if (isBlocked) return { isPassed: false, explanation: 'the policy blocks this text' }
      if (output === undefined) return { isPassed: true, explanation: 'the policy allows this text' }
      return {
        isPassed: true,
        explanation: 'the policy replaced parts of this text',
        text: requireString(output, 'content'),
      }
    },
  }),
}
