/** The OpenAI Responses wire, both halves. */

import { blankLines } from '../keep-alive.ts'
import type { ClientProtocol } from '../protocol.ts'
import { readError, writeError, writeStreamError } from './errors.ts'
import { dropForeignReasoning } from './foreign-reasoning.ts'
import { peek, readRequest } from './request.ts'
import { writeRequest } from './request-write.ts'
import { readAnswer, writeAnswer } from './response.ts'
import { ResponsesStreamReader } from './stream.ts'
import { ResponsesStreamWriter } from './stream-write.ts'
import { wireId } from './wire.ts'

export const openaiResponses: ClientProtocol = {
  id: wireId,
  client: {
    peek,
    readRequest,
    writeAnswer,
    openStream: (options) => new ResponsesStreamWriter(options),
    writeError,
    writeStreamError,
    keepAlive: blankLines,
  },
  upstream: {
    framing: 'sse',
    writeRequest,
    readAnswer,
    openStream: () => new ResponsesStreamReader(),
    readError,
    /** This wire always tells its usage. */
    askForUsage: () => ({}),
    dropForeign: dropForeignReasoning,
    isUsageOnly: () => false,
    maxOutputKey: () => 'max_output_tokens',
    isPreamble: (event) => event.type === 'response-start' || event.type === 'usage',
  },
}
