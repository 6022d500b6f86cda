/** What an image counts as: the most before it is made, and what the provider says after. */
import type { Usage } from '../../inference/index.ts'
import { billedUnit, hasDocumentedPictureTokens } from '../../model-traits/index.ts'
import { count, isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

/** 6,240 at high quality in 1536 × 1024 (OpenAI, "image generation" guide, 2026-11), a good half on top for models that are not documented. */
const dearest = 10_000
const dearestPixels = 1_536 * 1_024
/** The same table, for the family it is about. */
const documentedDearest = 6_240
const documented: ReadonlyMap<unknown, number> = new Map([
  ['low', 408],
  ['medium', 1_584],
  ['high', documentedDearest],
])
/** Each preview of a stream. */
const previewTokens = 100
const mostPreviews = 3

/** Pictures that are sent along: 6,240 + 4,289 of a large one at high fidelity (the same guide), rounded up. */
export const inputImageTokens = 11_000

/** Billed by number, size and quality; no tokens are counted. */
export function isPricedByImage(model: string): boolean {
  return billedUnit(model) === 'pictures'
}

/** No image of this request counts more. */
export function mostTokens({ model, quality, size, stream, partial_images: previews }: JsonObject): number {
  const isDocumented = typeof model === 'string' && hasDocumentedPictureTokens(model)
  const perImage = isDocumented ? (documented.get(quality) ?? documentedDearest) : dearest
  const [, width = 0, height = 0] = (typeof size === 'string' && /^(\d{1,5})x(\d{1,5})$/.exec(size)) || []
  const scale = Math.max(1, (Number(width) * Number(height)) / dearestPixels)
  const isAsked = typeof previews === 'number' && previews >= 0
  const shown = isAsked ? previews : stream === true ? mostPreviews : 0
  return Math.ceil(perImage * scale + shown * previewTokens)
}

/** What the output is made of is told by newer models only; it is images then. */
export function readUsage(wire: JsonObject): Usage {
  const inputDetails = isObject(wire.input_tokens_details) ? wire.input_tokens_details : {}
  const outputDetails = isObject(wire.output_tokens_details) ? wire.output_tokens_details : {}
  const input = count(wire.input_tokens)
  const cached = count(inputDetails.cached_tokens)
  const output = count(wire.output_tokens)
  return present({
    inputUncached: input === undefined ? undefined : Math.max(0, input - (cached ?? 0)),
    inputCacheRead: cached,
    inputImage: count(inputDetails.image_tokens),
    output,
    outputImage: count(outputDetails.image_tokens) ?? output,
    raw: wire,
  })
}
