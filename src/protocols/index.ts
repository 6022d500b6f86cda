/** Every wire at once, for suites and measurements; a running gateway takes them from load.ts. */
import { anthropicMessages } from './anthropic-messages/index.ts'
import { bedrockConverse } from './bedrock-converse/index.ts'
import { googleGemini } from './google-gemini/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiCompletions } from './openai-completions/index.ts'
import { openaiEmbeddings } from './openai-embeddings/index.ts'
import { openaiImageEdits } from './openai-image-edits/index.ts'
import { openaiImageVariations } from './openai-image-variations/index.ts'
import { openaiImages } from './openai-images/index.ts'
import { openaiModerations } from './openai-moderations/index.ts'
import { openaiRerank } from './openai-rerank/index.ts'
import { openaiResponses } from './openai-responses/index.ts'
import { openaiSpeech } from './openai-speech/index.ts'
import { openaiTranscriptions } from './openai-transcriptions/index.ts'
import { openaiTranslations } from './openai-translations/index.ts'
import type { ClientProtocol, ClientProtocolId, NativeProtocolId, Protocol, ProtocolId } from './protocol.ts'

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

export const nativeProtocols = {
  'openai-embeddings': openaiEmbeddings,
  'openai-completions': openaiCompletions,
  'openai-moderations': openaiModerations,
  'openai-rerank': openaiRerank,
  'openai-images': openaiImages,
  'openai-image-edits': openaiImageEdits,
  'openai-image-variations': openaiImageVariations,
  'openai-speech': openaiSpeech,
  'openai-transcriptions': openaiTranscriptions,
  'openai-translations': openaiTranslations,
} as const satisfies Record<NativeProtocolId, ClientProtocol>

export function findProtocol(id: ProtocolId): Protocol {
  return protocols[id]
}

export function findClientProtocol(id: ClientProtocolId): ClientProtocol {
  return clientProtocols[id]
}
