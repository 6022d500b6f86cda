/** The wires as a running gateway takes them: each loaded when a request first needs it, so that a cold start pays for one. */
import type { Awaitable } from '../awaitable.ts'
import type {
  ClientProtocol,
  ClientProtocolId,
  ClientWireId,
  NativeProtocolId,
  Protocol,
  ProtocolId,
  WireId,
} from './protocol.ts'

const clientLoaders = {
  'openai-chat': async () => (await import('./openai-chat/index.ts')).openaiChat,
  'openai-responses': async () => (await import('./openai-responses/index.ts')).openaiResponses,
  'anthropic-messages': async () => (await import('./anthropic-messages/index.ts')).anthropicMessages,
} as const satisfies Record<ClientProtocolId, () => Promise<ClientProtocol>>

const nativeLoaders = {
  'openai-embeddings': async () => (await import('./openai-embeddings/index.ts')).openaiEmbeddings,
  'openai-completions': async () => (await import('./openai-completions/index.ts')).openaiCompletions,
  'openai-moderations': async () => (await import('./openai-moderations/index.ts')).openaiModerations,
  'openai-rerank': async () => (await import('./openai-rerank/index.ts')).openaiRerank,
  'openai-images': async () => (await import('./openai-images/index.ts')).openaiImages,
  'openai-image-edits': async () => (await import('./openai-image-edits/index.ts')).openaiImageEdits,
  'openai-image-variations': async () => (await import('./openai-image-variations/index.ts')).openaiImageVariations,
  'openai-speech': async () => (await import('./openai-speech/index.ts')).openaiSpeech,
  'openai-transcriptions': async () => (await import('./openai-transcriptions/index.ts')).openaiTranscriptions,
  'openai-translations': async () => (await import('./openai-translations/index.ts')).openaiTranslations,
} as const satisfies Record<NativeProtocolId, () => Promise<ClientProtocol>>

const loaders = {
  ...clientLoaders,
  'bedrock-converse': async () => (await import('./bedrock-converse/index.ts')).bedrockConverse,
  'google-gemini': async () => (await import('./google-gemini/index.ts')).googleGemini,
} as const satisfies Record<ProtocolId, () => Promise<Protocol>>

const loadOnce = rememberLoaded<ProtocolId, Protocol>(loaders)

/** A promise with its first use only. */
export function loadProtocol(id: ProtocolId): Awaitable<Protocol> {
  return loadOnce(id)
}

const passedLoaders = {
  'google-gemini': async () => (await import('./google-gemini/client.ts')).googleGeminiClient,
} as const

const loadClientOnce = rememberLoaded<ClientWireId, ClientProtocol>({
  ...clientLoaders,
  ...nativeLoaders,
  ...passedLoaders,
})

/** A promise with its first use only. */
export function loadClientProtocol(id: ClientWireId): Awaitable<ClientProtocol> {
  return loadClientOnce(id)
}

function rememberLoaded<Id extends string, T>(load: Readonly<Record<Id, () => Promise<T>>>): (id: Id) => Awaitable<T> {
  const loaded = new Map<Id, T>()
  return (id) =>
    loaded.get(id) ??
    load[id]().then((wire) => {
      loaded.set(id, wire)
      return wire
    })
}

/** Can any client's request be written in this wire? */
export function isTranslated(id: WireId): id is ProtocolId {
  return Object.hasOwn(loaders, id)
}
