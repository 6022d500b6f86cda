/** The Converse wire of Amazon Bedrock, spoken to providers only. */
import { count } from '../fields.ts'
import type { JsonObject, Protocol } from '../protocol.ts'
import { readError } from './errors.ts'
import { writeRequest } from './request-write.ts'
import { readAnswer } from './response.ts'
import { ConverseStreamReader } from './stream.ts'
import { wireId } from './wire.ts'

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseTokensRequest.html */
const counted = new Set(['messages', 'system', 'toolConfig', 'additionalModelRequestFields'])

function writeCounting(written: JsonObject): JsonObject {
  return { input: { converse: Object.fromEntries(Object.entries(written).filter(([key]) => counted.has(key))) } }
}

export const bedrockConverse: Protocol = {
  id: wireId,
  upstream: {
    framing: 'aws-event-stream',
    writeRequest,
    readAnswer,
    openStream: (model) => new ConverseStreamReader(model),
    readError,
    /** This wire always tells its usage. */
    askForUsage: () => ({}),
    isUsageOnly: () => false,
    /** Inside `inferenceConfig`; nobody passes bodies of this wire through. */
    maxOutputKey: () => 'maxTokens',
    counting: { writeRequest: writeCounting, readAnswer: ({ inputTokens }) => count(inputTokens) },
    isPreamble: (event) => event.type === 'response-start' || event.type === 'usage',
  },
}
