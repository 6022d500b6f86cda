/** Models of speech, pictures and vectors: what they are billed by, and what sets one of a family apart. Patterns match anywhere, since deployments are named after their models. */

export type BilledUnit = 'tokens' | 'pictures' | 'characters' | 'seconds'

/** The first that fits; else tokens. platform.openai.com/docs/pricing, groq.com/pricing */
const units: readonly (readonly [RegExp, BilledUnit])[] = [
  [/dall-e/, 'pictures'],
  [/tts-1|playai|orpheus/i, 'characters'],
  [/whisper/i, 'seconds'],
]

/** What its provider bills; where it is not tokens, none are counted. */
export function billedUnit(model: string): BilledUnit {
  return units.find(([pattern]) => pattern.test(model))?.[1] ?? 'tokens'
}

/** The family whose tokens for a picture are documented: OpenAI's image generation guide. */
export function hasDocumentedPictureTokens(model: string): boolean {
  return /gpt-image-1(?![.\d])/.test(model)
}

/** docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api: gemini-embedding takes one text a request. */
export function takesOneText(model: string): boolean {
  return model.startsWith('gemini-embedding')
}

/** docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html */
export function embedsPictures(model: string): boolean {
  return model.includes('titan-embed-image')
}

/** platform.stability.ai/docs/api-reference: versions of sd3 share its endpoint and are named in the request. */
export function isVersionOfSd3(model: string): boolean {
  return model.startsWith('sd3') && model !== 'sd3'
}
