/** Sources of an answer's text on the web, as every wire can name them. */
import type { Carry, Citation } from '../inference/index.ts'
import { isObject, present, textOr } from './fields.ts'
import type { JsonObject } from './protocol.ts'

/** `url_citation` of OpenAI's wires: in chat under a member of that name, in Responses beside the type. */
export function readAnnotations(annotations: unknown): readonly Citation[] {
  return listOf(annotations).flatMap((annotation) => {
    const cited = isObject(annotation.url_citation) ? annotation.url_citation : annotation
    if (annotation.type !== 'url_citation' || typeof cited.url !== 'string') return []
    return [citation(cited.url, cited.title, cited.start_index, cited.end_index)]
  })
}

/** Perplexity's own list beside the choices: addresses, or objects that have one. */
export function readSources(citations: unknown): readonly Citation[] {
  const list: readonly unknown[] = Array.isArray(citations) ? citations : []
  return list.flatMap((source) => {
    if (typeof source === 'string') return [{ url: source }]
    return isObject(source) && typeof source.url === 'string' ? [citation(source.url, source.title)] : []
  })
}

/** Anthropic's citations of the web; those of documents have no address. */
export function readWebCitations(citations: unknown): readonly Citation[] {
  return listOf(citations).flatMap(({ url, source, title }) => {
    const address = typeof url === 'string' ? url : source
    return typeof address === 'string' && /^https?:/.test(address) ? [citation(address, title)] : []
  })
}

/** Bedrock's, whose place is under `location`. */
export function readLocations(citations: unknown): readonly Citation[] {
  return listOf(citations).flatMap(({ title, location }) => {
    const web = isObject(location) ? location.web : undefined
    return isObject(web) && typeof web.url === 'string' ? [citation(web.url, title)] : []
  })
}

/** Google's grounding: pieces of the text, and the pages that support them. */
export function readGrounding(grounding: unknown): readonly Citation[] {
  if (!isObject(grounding)) return []
  const pages = listOf(grounding.groundingChunks).map(({ web }) => (isObject(web) ? web : {}))
  const supports = listOf(grounding.groundingSupports)
  if (supports.length === 0)
    return pages.flatMap(({ uri, title }) => (typeof uri === 'string' ? [citation(uri, title)] : []))
  return supports.flatMap(({ segment, groundingChunkIndices: indices }) =>
    (Array.isArray(indices) ? indices : []).flatMap((index) => {
      const page = pages[Number(index)]
      const { startIndex = 0, endIndex } = isObject(segment) ? segment : {}
      return typeof page?.uri === 'string' ? [citation(page.uri, page.title, startIndex, endIndex)] : []
    }),
  )
}

/** `offset` is where the block's text begins in the whole; without places of its own a citation is about all of it. */
export function writeAnnotations(
  citations: readonly Citation[],
  offset: number,
  length: number,
): readonly JsonObject[] {
  return citations.map(({ url, title, start = 0, end = length }) => ({
    type: 'url_citation',
    url,
    title: title ?? url,
    start_index: offset + start,
    end_index: offset + end,
  }))
}

/** Another wire's citations that have no address go nowhere, which is told. */
export function hasLostCitations(carry: Carry | undefined, wire: string, citations: readonly Citation[] = []): boolean {
  if (carry === undefined || carry.wire === wire || citations.length > 0) return false
  return listOf(carry.fields.citations).length > 0 || listOf(carry.fields.annotations).length > 0
}

function citation(url: string, title: unknown, start?: unknown, end?: unknown): Citation {
  return present({
    url,
    title: textOr(title) || undefined,
    start: typeof start === 'number' ? start : undefined,
    end: typeof end === 'number' ? end : undefined,
  })
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
