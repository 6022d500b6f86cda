/** The Anthropic Messages wire, both halves. */
import type { ClientProtocol } from '../protocol.ts'
import { readError, writeError, writeStreamError } from './errors.ts'
import { dropForeignThinking } from './foreign-thinking.ts'
import { peek, readRequest } from './request.ts'
import { writeRequest } from './request-write.ts'
import { readAnswer, writeAnswer } from './response.ts'
import { MessagesStreamReader } from './stream.ts'
import { MessagesStreamWriter } from './stream-write.ts'
import { wireId } from './wire.ts'

export const anthropicMessages: ClientProtocol = {
  id: wireId,
  client: {
    peek,
    readRequest,
    writeAnswer,
    openStream: (options) => new MessagesStreamWriter(options),
    writeError,
    writeStreamError,
    keepAlive: 'event: ping\ndata: {"type": "ping"}\n\n',
  },
  upstream: {
    framing: 'sse',
    writeRequest,
    readAnswer,
    openStream: () => new MessagesStreamReader(),
    readError,
    /** This wire always tells its usage. */
    askForUsage: () => ({}),
    dropForeign: dropForeignThinking,
    isUsageOnly: () => false,
    maxOutputKey: () => 'max_tokens',
    isPreamble: (event) => event.type === 'response-start' || event.type === 'usage',
  },
}
