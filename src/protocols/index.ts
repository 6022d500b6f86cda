/** Every wire at once, for suites and measurements; a running gateway takes them from load.ts. */
import { anthropicMessages } from './anthropic-messages/index.ts'
import { bedrockConverse } from './bedrock-converse/index.ts'
import { googleGemini } from './google-gemini/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'
import type { ClientProtocol, ClientProtocolId, Protocol, ProtocolId } from './protocol.ts'

export const clientProtocols = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
} as const satisfies Record<ClientProtocolId, ClientProtocol>

export const protocols = {
  ...clientProtocols,
  'bedrock-converse': bedrockConverse,
  'google-gemini': googleGemini,
} as const satisfies Record<ProtocolId, Protocol>

export function findProtocol(id: ProtocolId): Protocol {
  return protocols[id]
}

export function findClientProtocol(id: ClientProtocolId): ClientProtocol {
  return clientProtocols[id]
}
