/** `default.inlineImageUrls`: images that a request names by address are fetched here and sent inside it, for providers that fetch none. */
import { type CheckParameters, isObject, type JsonObject } from '../../check-parameters.ts'
import type { CheckSubject, GuardrailPorts, RunCheck } from '../../guardrail.ts'

/** Of one request. */
const mostImages = 20

export function inlineImageUrls(given: CheckParameters): RunCheck {
  const providers = given.texts('providers').map((each) => each.replace(/^@/, ''))
  const limits = { maxBytes: given.number('maxSizeBytes', 20_971_520), timeoutMs: given.number('timeoutMs', 30_000) }
  return async (subject, ports) => {
    const { json } = subject
    if (providers.length > 0 && !isMeant(providers, subject))
      return said(`the provider '${subject.providerSlug}' is not among those meant`)
    const urls = json === undefined ? [] : [...new Set(urlsIn(json))]
    if (json === undefined || urls.length === 0) return said('there is no image by address')
    if (urls.length > mostImages)
      throw new Error(`the request names ${urls.length} images; at most ${mostImages} are fetched`)
    const images = new Map(
      await Promise.all(urls.map(async (url) => [url, await fetchImage(url, limits, ports)] as const)),
    )
    return { ...said(`${urls.length} images were fetched`), json: inlined(json, images) as JsonObject }
  }
}

function said(explanation: string) {
  return { isPassed: true, data: { explanation } }
}

function isMeant(providers: readonly string[], { providerSlug, aiProviderId }: CheckSubject): boolean {
  return providers.includes(providerSlug) || (aiProviderId !== undefined && providers.includes(aiProviderId))
}

interface Image {
  readonly mediaType: string
  readonly base64: string
}

async function fetchImage(
  address: string,
  limits: { readonly maxBytes: number; readonly timeoutMs: number },
  { fetchFile }: GuardrailPorts,
): Promise<Image> {
  const url = new URL(address)
  const { status, contentType, bytes } = await fetchFile({ url, ...limits })
  if (status !== 200) throw new Error(`the image at ${url.host} was not given: ${status}`)
  if (!/^image\/[a-z0-9.+-]+$/.test(contentType))
    throw new Error(`what ${url.host} gave is no image but '${contentType.slice(0, 60)}'`)
  return { mediaType: contentType, base64: Buffer.from(bytes).toString('base64') }
}

/** What of a body names an image by address, in the wires that clients speak. */
function urlOf(part: JsonObject): string | undefined {
  const { type, image_url: image, source } = part
  const url =
    type === 'image_url' && isObject(image)
      ? image.url
      : type === 'image_url' || type === 'input_image'
        ? image
        : type === 'image' && isObject(source) && source.type === 'url'
          ? source.url
          : undefined
  return typeof url === 'string' && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined
}

function urlsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(urlsIn)
  if (!isObject(value)) return []
  const url = urlOf(value)
  return url === undefined ? Object.values(value).flatMap(urlsIn) : [url]
}

function inlined(value: unknown, images: ReadonlyMap<string, Image>): unknown {
  if (Array.isArray(value)) return value.map((each) => inlined(each, images))
  if (!isObject(value)) return value
  const url = urlOf(value)
  const image = url === undefined ? undefined : images.get(url)
  if (image !== undefined) return withImage(value, image)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inlined(each, images)]))
}

function withImage(part: JsonObject, { mediaType, base64 }: Image): JsonObject {
  const dataUrl = `data:${mediaType};base64,${base64}`
  const { image_url: image } = part
  if (part.type === 'image') return { ...part, source: { type: 'base64', media_type: mediaType, data: base64 } }
  return { ...part, image_url: isObject(image) ? { ...image, url: dataUrl } : dataUrl }
}
