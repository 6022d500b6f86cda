/** How many tokens a request can be before anybody has counted them: an upper bound for holds, a likely figure for reports. */
import { maxDocumentTokens } from './document-bound.ts'
import { likelyTokensOf, readTexts, storedHistoryTokens } from './likely-input.ts'
import { eitherOf, type MediaPart, mediaPartOf } from './media-parts.ts'
import { listOf, member } from './members.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** Role marks and the like that a template adds around the text. */
const templateTokens = 64

/** Providers put a prompt of their own before tools: 290–810 tokens at Anthropic (docs, "tool use pricing"). */
const toolPromptTokens = 1_000

/** Dearest known image: a gpt-4o-mini picture of 8 tiles counts 2,833 + 8 × 5,667; all others stay under 10,000 (patch limit). */
const imageTokens = { mini: 48_169, other: 10_000 }

/** 32 tokens a second (Gemini) at the lowest speech bit rates in use, 0.5 KB a second. */
const audioTokensPerByte = 1 / 16

/** A document's size says little about its text, so it is bounded by what models accept at all. */
export const contextTokens = 1_000_000

/** How deep content may hold content (tool results); deeper parts count as text. */
const deepest = 4

interface Tally {
  /** Bytes of the body that are media, not text. */
  mediaBytes: number
  mediaTokens: number
}

/** Never fewer than a tokenizer gives: a token of text takes at least one byte of the body, media count by their kind. */
export function estimateInputTokens(body: JsonObject, bodyBytes: number): number {
  const { mediaBytes, mediaTokens } = tallyOf(body, contextTokens)
  return Math.max(0, bodyBytes - mediaBytes) + mediaTokens + addedTokens(body)
}

/**
 * The same with the texts counted by a tokenizer, for a call that was sent and whose provider never told its input:
 * media, and what the provider has stored (`historyTokens`), stay as bounded. `model` says which tokenizer.
 */
export async function countInputTokens(
  body: JsonObject,
  { bodyBytes, model, historyTokens }: { bodyBytes: number; model: string; historyTokens: number },
): Promise<number> {
  const { countTextTokens } = await import('./count-text.ts')
  const { texts } = readTexts(body)
  const tools = listOf(body.tools).length > 0 ? JSON.stringify(body.tools) : ''
  const counted = await countTextTokens([...texts, tools].join('\n'), model)
  const most = tallyOf(body, historyTokens)
  const marks = marksPerText * texts.length
  return Math.min(counted + marks, Math.max(0, bodyBytes - most.mediaBytes)) + most.mediaTokens + addedTokens(body)
}

/** Role marks and separators around each piece of text, at most. */
const marksPerText = 8

function addedTokens(body: JsonObject): number {
  return templateTokens + (listOf(body.tools).length > 0 ? toolPromptTokens : 0)
}

function tallyOf(body: JsonObject, historyTokens: number): Tally {
  const tally: Tally = { mediaBytes: 0, mediaTokens: 0 }
  const isMini = typeof body.model === 'string' && body.model.includes('gpt-4o-mini')
  const perImage = isMini ? imageTokens.mini : imageTokens.other
  for (const message of listOf(body.messages)) walk(member(message, 'content'), tally, perImage, deepest)
  walk(body.input, tally, perImage, deepest)
  const system = eitherOf(body, 'systemInstruction', 'system_instruction')
  for (const turn of [...listOf(body.contents), system]) walk(member(turn, 'parts'), tally, perImage, deepest)
  if (continuesStored(body)) tally.mediaTokens += historyTokens
  tally.mediaTokens += repeatedQueryTokens(body)
  return tally
}

/**
 * The bound, but no more than the model's window: what does not fit is refused by the provider. Where even the likely
 * size is above the listed window, the list may be older than the model, and the bound stands.
 */
export function boundInputTokens(body: JsonObject, bodyBytes: number, contextWindow: number | undefined): number {
  const most = estimateInputTokens(body, bodyBytes)
  if (contextWindow === undefined || most <= contextWindow) return most
  return likelyInputTokens(body) <= contextWindow ? contextWindow : most
}

/** What rates and `standard` limits hold. */
export function likelyInputTokens(body: JsonObject, storedTokens = storedHistoryTokens): number {
  return likelyTokensOf(body) + (continuesStored(body) ? storedTokens : 0)
}

/** Marks that a tokenizer puts around the query and each document. */
const pairTokens = 8

/** A reranker reads the query again with every document. */
function repeatedQueryTokens({ query, documents }: JsonObject): number {
  const pairs = listOf(documents).length
  return pairs * ((typeof query === 'string' ? Buffer.byteLength(query) : 0) + pairTokens)
}

/** The provider adds what it has stored of the conversation, which may fill the model. */
function continuesStored(body: JsonObject): boolean {
  const { previous_response_id: previous, conversation, prompt, input } = body
  const cached = body.cachedContent ?? body.cached_content
  const isStoredPrompt = typeof prompt === 'object' && prompt !== null && !Array.isArray(prompt)
  return Boolean(previous || conversation || isStoredPrompt || cached) || listOf(input).some(isReference)
}

function isReference(item: unknown): boolean {
  return /^item_reference$|^compaction/.test(String(member(item, 'type')))
}

/** What a tokenizer would probably count: 4 characters a token. */
export function estimateTextTokens(characters: number): number {
  return Math.ceil(characters / 4)
}

function walk(content: unknown, tally: Tally, perImage: number, depth: number): void {
  if (depth === 0) return
  for (const part of listOf(content)) {
    const media = mediaPartOf(part)
    if (media === undefined) {
      walk(member(part, 'content'), tally, perImage, depth - 1)
      walk(member(part, 'output'), tally, perImage, depth - 1)
      const result = eitherOf(part, 'functionResponse', 'function_response')
      walk(member(result, 'parts'), tally, perImage, depth - 1)
    } else {
      tally.mediaTokens += mostMediaTokens(media, perImage)
      tally.mediaBytes += media.data?.length ?? 0
    }
  }
}

function mostMediaTokens({ kind, data }: MediaPart, perImage: number): number {
  if (kind === 'image') return perImage
  if (data === undefined) return contextTokens
  if (kind === 'document') return maxDocumentTokens(Buffer.from(data, 'base64'), contextTokens)
  // A FLAC file of silence takes next to no bytes.
  return data.startsWith(flacStart) ? contextTokens : Math.ceil(((data.length * 3) / 4) * audioTokensPerByte)
}

/** `fLaC` in base64. */
const flacStart = 'ZkxhQ'
