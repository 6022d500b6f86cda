/** The wires as a running gateway takes them: each loaded when a request first needs it, so that a cold start pays for one. */
import type { ClientProtocol, ClientProtocolId, Protocol, ProtocolId } from './protocol.ts'

const clientLoaders = {
  'openai-chat': async () => (await import('./openai-chat/index.ts')).openaiChat,
  'openai-responses': async () => (await import('./openai-responses/index.ts')).openaiResponses,
  'anthropic-messages': async () => (await import('./anthropic-messages/index.ts')).anthropicMessages,
} as const satisfies Record<ClientProtocolId, () => Promise<ClientProtocol>>

const loaders = {
  ...clientLoaders,
  'bedrock-converse': async () => (await import('./bedrock-converse/index.ts')).bedrockConverse,
  'google-gemini': async () => (await import('./google-gemini/index.ts')).googleGemini,
} as const satisfies Record<ProtocolId, () => Promise<Protocol>>

export function loadProtocol(id: ProtocolId): Promise<Protocol> {
  return loaders[id]()
}

export function loadClientProtocol(id: ClientProtocolId): Promise<ClientProtocol> {
  return clientLoaders[id]()
}
