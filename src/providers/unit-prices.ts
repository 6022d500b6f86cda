/** Prices per picture, character, search or token that providers publish and the price library has no figures of. Written as an integration's `pricing_config`: cents a unit. */
import type { ListedPrice } from './provider.ts'

const cents = (price: number) => ({ price })
const perMillion = (dollars: number) => cents(dollars / 10_000)

const pictures = (model: RegExp, image: object): ListedPrice => ({ model, config: { pay_as_you_go: { image } } })
const flat = (model: RegExp, price: number) => pictures(model, { default: { default: cents(price) } })
const unit = (model: RegExp, name: string, price: { readonly price: number }): ListedPrice => ({
  model,
  config: { pay_as_you_go: { additional_units: { [name]: price } } },
})

const tokens = (model: RegExp, input: number, cached: number, output: number): ListedPrice => ({
  model,
  config: {
    pay_as_you_go: {
      request_token: perMillion(input),
      cache_read_input_token: perMillion(cached),
      response_token: perMillion(output),
    },
  },
})

/** platform.openai.com/docs/pricing, as published in 2025; DALL·E as last published there. */
export const openaiUnitPrices: readonly ListedPrice[] = [
  pictures(/^dall-e-3$/i, {
    default: { default: cents(4), '1024x1792': cents(8), '1792x1024': cents(8) },
    hd: { default: cents(8), '1024x1792': cents(12), '1792x1024': cents(12) },
  }),
  pictures(/^dall-e-2$/i, { default: { default: cents(2), '512x512': cents(1.8), '256x256': cents(1.6) } }),
  unit(/^tts-1(?:-1106)?$/, 'character', perMillion(15)),
  unit(/^tts-1-hd(?:-1106)?$/, 'character', perMillion(30)),
]

/** ai.google.dev/gemini-api/docs/pricing, as published in 2025. */
export const imagenPrices: readonly ListedPrice[] = [
  flat(/^imagen-4\.0-fast-generate/, 2),
  flat(/^imagen-4\.0-ultra-generate/, 6),
  flat(/^imagen-4\.0-generate/, 4),
  flat(/^imagen-3\.0-fast-generate/, 2),
  flat(/^imagen-3\.0/, 3),
]

/** platform.stability.ai/pricing: credits of a cent (as of 2026-06). */
export const stabilityPrices: readonly ListedPrice[] = [
  flat(/^(?:stable-image-)?ultra$/, 8),
  flat(/^(?:stable-image-)?core$/, 3),
  flat(/^sd3\.5-large$/, 6.5),
  flat(/^sd3\.5-large-turbo$/, 4),
  flat(/^sd3\.5-medium$/, 3.5),
]

/** cohere.com/pricing, as published in 2025: one search is a query with up to 100 documents. */
export const cohereUnitPrices: readonly ListedPrice[] = [
  unit(/^rerank-(?:v3\.5|(?:english|multilingual)-v3\.0)$/, 'search_unit', cents(0.2)),
]

/** aws.amazon.com/bedrock/pricing, as published in 2025, us-east-1. Sizes between the listed ones cost what the larger does. */
export const bedrockUnitPrices: readonly ListedPrice[] = [
  pictures(/^amazon\.nova-canvas-/, {
    default: { default: cents(6), unset: cents(4), '1024x1024': cents(4), '512x512': cents(4) },
    standard: { default: cents(6), unset: cents(4), '1024x1024': cents(4), '512x512': cents(4) },
    premium: { default: cents(8), unset: cents(6), '1024x1024': cents(6), '512x512': cents(6) },
  }),
  pictures(/^amazon\.titan-image-generator-/, {
    default: { default: cents(1), '512x512': cents(0.8) },
    standard: { default: cents(1), '512x512': cents(0.8) },
    premium: { default: cents(1.2), '512x512': cents(1) },
  }),
  flat(/^stability\.(?:stable-image-)?sd3-5-large/, 8),
  flat(/^stability\.stable-image-core/, 4),
  flat(/^stability\.stable-image-ultra/, 14),
  unit(/^cohere\.rerank-/, 'search_unit', cents(0.2)),
  unit(/^amazon\.rerank-/, 'search_unit', cents(0.1)),
]

/** docs.x.ai/docs/models, as published in 2025. */
export const grokImagePrices: readonly ListedPrice[] = [flat(/^grok-2-image/, 7)]

/** cloud.google.com/generative-ai-app-builder/pricing, as published in 2025: ranking by the query. */
export const rankingPrices: readonly ListedPrice[] = [unit(/^semantic-ranker-/, 'search_unit', cents(0.1))]

/** docs.fireworks.ai/serverless/pricing, standard tier (as published in 2026); embeddings: fireworks.ai/pricing (2026-10-07). */
export const fireworksPrices: readonly ListedPrice[] = [
  tokens(/(?:^|\/)glm-5$/, 1, 0.2, 3.2),
  tokens(/(?:^|\/)minimax-m2p5$/, 0.3, 0.03, 1.2),
  tokens(/(?:^|\/)qwen3-vl-30b-a3b-(?:instruct|thinking)$/, 0.15, 0.075, 0.6),
  tokens(/^accounts\/fireworks\/routers\/kimi-k2p6-turbo$/, 2, 0.3, 8),
  tokens(/(?:^|\/)qwen3-embedding-8b$/, 0.1, 0.1, 0),
]
