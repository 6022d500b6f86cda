/** How many tokens a request can be before anybody has counted them: an upper bound for holds, a likely figure for reports. */
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

/** Text of a compressed document against its bytes: deflate gives 5:1 on prose, a token has 4 letters; pages count as pictures besides. */
const documentTokensPerByte = 2
const documentTokensAtLeast = 20_000

/** How deep content may hold content (tool results); deeper parts count as text. */
const deepest = 4

interface Tally {
  /** Bytes of the body that are media, not text. */
  mediaBytes: number
  mediaTokens: number
}

/** Never fewer than a tokenizer gives: a token of text takes at least one byte of the body, media count by their kind. */
export function estimateInputTokens(body: JsonObject, bodyBytes: number): number {
  const tally: Tally = { mediaBytes: 0, mediaTokens: 0 }
  const isMini = typeof body.model === 'string' && body.model.includes('gpt-4o-mini')
  const perImage = isMini ? imageTokens.mini : imageTokens.other
  for (const message of listOf(body.messages)) walk(member(message, 'content'), tally, perImage, deepest)
  walk(body.input, tally, perImage, deepest)
  const system = eitherOf(body, 'systemInstruction', 'system_instruction')
  for (const turn of [...listOf(body.contents), system]) walk(member(turn, 'parts'), tally, perImage, deepest)
  if (continuesStored(body)) tally.mediaTokens += contextTokens
  tally.mediaTokens += repeatedQueryTokens(body)
  const tools = listOf(body.tools).length > 0 ? toolPromptTokens : 0
  return Math.max(0, bodyBytes - tally.mediaBytes) + tally.mediaTokens + templateTokens + tools
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
    const media = readMedia(part, perImage)
    if (media === undefined) {
      walk(member(part, 'content'), tally, perImage, depth - 1)
      walk(member(part, 'output'), tally, perImage, depth - 1)
      const result = eitherOf(part, 'functionResponse', 'function_response')
      walk(member(result, 'parts'), tally, perImage, depth - 1)
    } else {
      tally.mediaTokens += media.tokens
      tally.mediaBytes += media.bytes
    }
  }
}

interface Media {
  readonly bytes: number
  readonly tokens: number
}

/** What other providers of OpenAI's wire take by address: films, sound, papers. */
const fetched = /^(?:video|audio|document|file)_url$/

/** undefined = not a media part; its bytes are text. */
function readMedia(part: unknown, perImage: number): Media | undefined {
  const type = member(part, 'type')
  const source = member(part, 'source')
  if (type === 'image_url') return { bytes: inlineBytes(urlOf(member(part, 'image_url'))), tokens: perImage }
  if (type === 'input_image') return { bytes: inlineBytes(member(part, 'image_url')), tokens: perImage }
  if (type === 'input_file') return document(inlineData(member(part, 'file_data')))
  if (type === 'image') return { bytes: base64Bytes(member(source, 'data')), tokens: perImage }
  if (type === 'input_audio') return audio(member(member(part, 'input_audio'), 'data'))
  if (type === 'file') return document(inlineData(member(member(part, 'file'), 'file_data')))
  if (typeof type === 'string' && fetched.test(type)) return document(inlineData(urlOf(member(part, type))))
  const inline = eitherOf(part, 'inlineData', 'inline_data')
  if (inline !== undefined) return inlineMedia(inline, perImage)
  if (eitherOf(part, 'fileData', 'file_data') !== undefined) return document(undefined)
  const isText = ['text', 'content'].includes(String(member(source, 'type')))
  return type === 'document' && !isText ? document(member(source, 'data')) : undefined
}

/** Google's parts, whose type stands beside their bytes. */
function inlineMedia(inline: unknown, perImage: number): Media {
  const data = member(inline, 'data')
  const type = String(eitherOf(inline, 'mimeType', 'mime_type'))
  if (type.startsWith('image/')) return { bytes: base64Bytes(data), tokens: perImage }
  return type.startsWith('audio/') ? audio(data) : document(data)
}

function eitherOf(value: unknown, camel: string, snake: string): unknown {
  return member(value, camel) ?? member(value, snake)
}

function urlOf(image: unknown): unknown {
  return typeof image === 'string' ? image : member(image, 'url')
}

function audio(data: unknown): Media {
  const bytes = base64Bytes(data)
  return { bytes, tokens: bytes === 0 ? contextTokens : Math.ceil(decoded(bytes) * audioTokensPerByte) }
}

function document(data: unknown): Media {
  const bytes = base64Bytes(data)
  const bySize = Math.max(documentTokensAtLeast, decoded(bytes) * documentTokensPerByte)
  return { bytes, tokens: bytes === 0 ? contextTokens : Math.min(contextTokens, Math.ceil(bySize)) }
}

function decoded(base64Length: number): number {
  return (base64Length * 3) / 4
}

/** The base64 of a `data:` address, or the text itself. */
function inlineData(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('data:')) return value
  return value.slice(value.indexOf(',') + 1)
}

function inlineBytes(url: unknown): number {
  return typeof url === 'string' && url.startsWith('data:') ? base64Bytes(inlineData(url)) : 0
}

/** 0 for anything but base64: what is not an encoding could be read as text, so it counts as text. */
function base64Bytes(value: unknown): number {
  return typeof value === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value) ? value.length : 0
}
