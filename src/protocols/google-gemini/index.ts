/** The Gemini generateContent wire, towards providers only. */
import type { Protocol } from '../protocol.ts'
import { readError } from './errors.ts'
import { writeRequest } from './request-write.ts'
import { readAnswer } from './response.ts'
import { GeminiStreamReader } from './stream.ts'
import { wireId } from './wire.ts'

export const googleGemini: Protocol = {
  id: wireId,
  upstream: {
    framing: 'sse',
    streamsArrays: true,
    writeRequest,
    readAnswer,
    openStream: () => new GeminiStreamReader(),
    readError,
    /** This wire always tells its usage. */
    askForUsage: () => ({}),
    isUsageOnly: () => false,
    maxOutputKey: () => 'generationConfig.maxOutputTokens',
    isPreamble: (event) => event.type === 'response-start' || event.type === 'usage',
  },
}
