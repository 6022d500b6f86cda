/** The shapes as a running gateway takes them: which wire each stands in for is known at once, the code is loaded when a request first needs it. */
import type { NativeProtocolId, ReshapedId, WireId } from '../protocol.ts'
import type { Reshape } from '../reshape.ts'

type Row = readonly [of: NativeProtocolId, load: () => Promise<Reshape>]

const embeddings = (load: () => Promise<Reshape>): Row => ['openai-embeddings', load]
const rerank = (load: () => Promise<Reshape>): Row => ['openai-rerank', load]
const images = (load: () => Promise<Reshape>): Row => ['openai-images', load]

const rows = {
  'cohere-embeddings': embeddings(async () => (await import('./cohere-embeddings.ts')).cohereEmbeddings),
  'cohere-invoke-embeddings': embeddings(async () => (await import('./cohere-embeddings.ts')).cohereInvokeEmbeddings),
  'feature-extraction': embeddings(async () => (await import('./feature-extraction.ts')).featureExtraction),
  'float-embeddings': embeddings(async () => (await import('./openai-like-embeddings.ts')).floatEmbeddings),
  'google-embeddings': embeddings(async () => (await import('./google-embeddings.ts')).googleEmbeddings),
  'jina-embeddings': embeddings(async () => (await import('./openai-like-embeddings.ts')).jinaEmbeddings),
  'nomic-embeddings': embeddings(async () => (await import('./nomic-embeddings.ts')).nomicEmbeddings),
  'nova-embeddings': embeddings(async () => (await import('./nova-embeddings.ts')).novaEmbeddings),
  'titan-embeddings': embeddings(async () => (await import('./titan-embeddings.ts')).titanEmbeddings),
  'vertex-embeddings': embeddings(async () => (await import('./vertex-embeddings.ts')).vertexEmbeddings),
  'vertex-multimodal-embeddings': embeddings(
    async () => (await import('./vertex-multimodal-embeddings.ts')).vertexMultimodalEmbeddings,
  ),
  'voyage-embeddings': embeddings(async () => (await import('./openai-like-embeddings.ts')).voyageEmbeddings),
  'bedrock-rerank': rerank(async () => (await import('./bedrock-rerank.ts')).bedrockRerank),
  'cohere-rerank': rerank(async () => (await import('./cohere-rerank.ts')).cohereRerank),
  'jina-rerank': rerank(async () => (await import('./jina-rerank.ts')).jinaRerank),
  'pinecone-rerank': rerank(async () => (await import('./pinecone-rerank.ts')).pineconeRerank),
  'vertex-rerank': rerank(async () => (await import('./vertex-rerank.ts')).vertexRerank),
  'voyage-rerank': rerank(async () => (await import('./voyage-rerank.ts')).voyageRerank),
  'fireworks-images': images(async () => (await import('./fireworks-images.ts')).fireworksImages),
  'gemini-images': images(async () => (await import('./gemini-images.ts')).geminiImages),
  'grok-images': images(async () => (await import('./grok-images.ts')).grokImages),
  'hyperbolic-images': images(async () => (await import('./hyperbolic-images.ts')).hyperbolicImages),
  'imagen-images': images(async () => (await import('./imagen-images.ts')).imagenImages),
  'segmind-images': images(async () => (await import('./segmind-images.ts')).segmindImages),
  'siliconflow-images': images(async () => (await import('./siliconflow-images.ts')).siliconflowImages),
  'stability-images': images(async () => (await import('./stability-images.ts')).stabilityImages),
  'stability-invoke-images': images(async () => (await import('./stability-invoke-images.ts')).stabilityInvokeImages),
  'titan-images': images(async () => (await import('./titan-images.ts')).titanImages),
  'together-images': images(async () => (await import('./together-images.ts')).togetherImages),
  'gemini-speech': ['openai-speech', async () => (await import('./gemini-speech.ts')).geminiSpeech],
  'workers-images': images(async () => (await import('./workers-images.ts')).workersImages),
} as const satisfies Record<ReshapedId, Row>

export function isReshaped(id: WireId): id is ReshapedId {
  return Object.hasOwn(rows, id)
}

/** The wire that a shape stands in for. */
export function reshapes(id: ReshapedId): NativeProtocolId {
  return rows[id][0]
}

export function loadReshape(id: ReshapedId): Promise<Reshape> {
  return rows[id][1]()
}

/** For suites and the documentation. */
export function listReshapes(): readonly ReshapedId[] {
  return Object.keys(rows) as ReshapedId[]
}
