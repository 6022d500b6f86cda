/** The wires, written out. */
import { anthropicMessages } from './anthropic-messages/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import type { Protocol, ProtocolId } from './protocol.ts'

export const protocols = {
  'openai-chat': openaiChat,
  'anthropic-messages': anthropicMessages,
} as const satisfies Record<ProtocolId, Protocol>

export function findProtocol(id: ProtocolId): Protocol {
  return protocols[id]
}
