/** The Converse wire of Amazon Bedrock, spoken to providers only. */
import type { Protocol } from '../protocol.ts'
import { readError } from './errors.ts'
import { writeRequest } from './request-write.ts'
import { readAnswer } from './response.ts'
import { ConverseStreamReader } from './stream.ts'
import { wireId } from './wire.ts'

export const bedrockConverse: Protocol = {
  id: wireId,
  upstream: {
    framing: 'aws-event-stream',
    writeRequest,
    readAnswer,
    openStream: () => new ConverseStreamReader(),
    readError,
    /** This wire always tells its usage. */
    askForUsage: () => ({}),
    isUsageOnly: () => false,
    /** Inside `inferenceConfig`; nobody passes bodies of this wire through. */
    maxOutputKey: () => 'maxTokens',
    isPreamble: (event) => event.type === 'response-start' || event.type === 'usage',
  },
}
