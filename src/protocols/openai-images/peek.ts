/** What requests for images have in common: how many, and what they cost at most. */
import { booleanAt, optional, positiveIntegerAt, present, stringAt, wrongField } from '../fields.ts'
import { modelOf } from '../native.ts'
import type { JsonObject, Peek } from '../protocol.ts'
import { isPricedByImage, mostTokens } from './tokens.ts'

/** A request with pictures in it says how many tokens they are at most. */
export function peekImages(body: JsonObject, inputTokens?: number): Peek {
  const model = modelOf(body)
  const count = optional(body.n, 'n', positiveIntegerAt) ?? 1
  const isByImage = isPricedByImage(model)
  optional(body.partial_images, 'partial_images', previewsAt)
  return present({
    model,
    isStream: optional(body.stream, 'stream', booleanAt) ?? false,
    maxOutputTokens: isByImage ? 0 : mostTokens(body),
    inputTokens: isByImage ? 0 : inputTokens,
    isOutputFixed: true,
    answers: count,
    wantsUsage: true,
    user: optional(body.user, 'user', stringAt),
    hasTools: false,
    units: { images: present({ count, size: wordOf(body.size), quality: wordOf(body.quality) }) },
  })
}

/** Far more than anybody makes, so that what is held for them is a number. */
const mostPreviews = 100

function previewsAt(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= mostPreviews) return value
  throw wrongField(path, value, `a whole number, 0 to ${mostPreviews}`)
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
