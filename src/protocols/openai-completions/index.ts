/** The legacy completions endpoint: a prompt goes on. Code models and many self-hosted servers still speak it. */
import { booleanAt, objectAt, optional, positiveIntegerAt, present, stringAt } from '../fields.ts'
import { checkInput, hasTokenIds, modelOf, nativeProtocol, usageIn } from '../native.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { readUsage } from '../openai-chat/usage.ts'
import type { JsonObject, Peek } from '../protocol.ts'
import { CompletionReader, readAnswer } from './read.ts'
import { CompletionWriter, writeAnswer } from './write.ts'

const { askForUsage, isUsageOnly } = openaiChat.upstream

export const openaiCompletions = nativeProtocol({
  id: 'openai-completions',
  endpoint: { name: 'completions', answersText: true },
  peek,
  list: 'choices',
  readUsage: (body) => readUsage(usageIn(body)),
  client: { writeAnswer, openStream: (options) => new CompletionWriter(options) },
  upstream: { readAnswer, openStream: () => new CompletionReader(), askForUsage, isUsageOnly },
})

/** Absent means 16 at OpenAI, but more elsewhere: the room of a limit is what caps it then. */
function peek(body: JsonObject): Peek {
  const model = modelOf(body)
  if (body.prompt !== undefined && body.prompt !== null) checkInput(body.prompt, 'prompt')
  const options = optional(body.stream_options, 'stream_options', objectAt)
  return present({
    model,
    isStream: optional(body.stream, 'stream', booleanAt) ?? false,
    maxOutputTokens: optional(body.max_tokens, 'max_tokens', capAt),
    answers: promptsIn(body.prompt) * candidatesOf(body),
    wantsUsage: options?.include_usage === true,
    user: optional(body.user, 'user', stringAt),
    hasTools: false,
    hasTokenIds: hasTokenIds(body.prompt) || undefined,
  })
}

/** 0 = nothing but the prompt, for its log probabilities. */
function capAt(value: unknown, path: string): number {
  return value === 0 ? 0 : positiveIntegerAt(value, path)
}

/** Each text, and each list of token ids, is a prompt of its own. */
function promptsIn(prompt: unknown): number {
  return Array.isArray(prompt) && typeof prompt[0] !== 'number' ? prompt.length : 1
}

/** All candidates are generated and charged, also those that are not shown. */
function candidatesOf(body: JsonObject): number {
  const shown = optional(body.n, 'n', positiveIntegerAt) ?? 1
  return Math.max(shown, optional(body.best_of, 'best_of', positiveIntegerAt) ?? 1)
}
