/** The OpenAI Chat Completions wire, both halves. Most other providers speak it too, more or less. */
import { isObject } from '../fields.ts'
import { blankLines } from '../keep-alive.ts'
import type { ClientProtocol, Frame, JsonObject, PassthroughEdits } from '../protocol.ts'
import { readError, writeError, writeStreamError } from './errors.ts'
import { peek, readRequest } from './request.ts'
import { writeRequest } from './request-write.ts'
import { readAnswer, writeAnswer } from './response.ts'
import { ChatStreamReader } from './stream.ts'
import { ChatStreamWriter } from './stream-write.ts'
import { wireId } from './wire.ts'

export const openaiChat: ClientProtocol = {
  id: wireId,
  client: {
    peek,
    readRequest,
    writeAnswer,
    openStream: (options) => new ChatStreamWriter(options),
    writeError,
    writeStreamError,
    keepAlive: blankLines,
  },
  upstream: {
    framing: 'sse',
    writeRequest,
    readAnswer,
    openStream: () => new ChatStreamReader(),
    readError,
    askForUsage,
    isUsageOnly,
    maxOutputKey,
    capOutput,
    isPreamble: (event) => event.type === 'response-start' || event.type === 'usage',
  },
}

function askForUsage(body: JsonObject): PassthroughEdits {
  if (body.stream !== true) return {}
  const options = isObject(body.stream_options) ? body.stream_options : {}
  return options.include_usage === true ? {} : { stream_options: { ...options, include_usage: true } }
}

const noChoices = /"choices"\s*:\s*\[\s*\]/

function isUsageOnly(frame: Frame): boolean {
  if (frame.data === undefined || !noChoices.test(frame.data)) return false
  try {
    const chunk: unknown = JSON.parse(frame.data)
    return isObject(chunk) && isObject(chunk.usage) && Array.isArray(chunk.choices) && chunk.choices.length === 0
  } catch {
    return false
  }
}

/** Both keys would be refused together, so only a client that wrote both is sent both. */
function maxOutputKey(body: JsonObject): string {
  const isOld = typeof body.max_tokens === 'number' && typeof body.max_completion_tokens !== 'number'
  return isOld ? 'max_tokens' : 'max_completion_tokens'
}

function capOutput(body: JsonObject, maxOutputTokens: number): PassthroughEdits {
  const isBoth = typeof body.max_tokens === 'number' && typeof body.max_completion_tokens === 'number'
  const keys = isBoth ? ['max_tokens', 'max_completion_tokens'] : [maxOutputKey(body)]
  return Object.fromEntries(keys.map((key) => [key, maxOutputTokens]))
}
