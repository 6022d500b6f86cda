/** How many input tokens a request of any wire will probably have: what rates and `standard` limits hold. */
import { textTokens } from './likely-tokens.ts'
import { mediaPartOf } from './media-parts.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** Role marks and separators around each piece of text. */
const marksPerText = 2
const requestTokens = 3

/** Most pictures: 765 (OpenAI, 1024 × 1024), 258 (Gemini), 1,366 (Claude, one megapixel); the highest of these, rounded. */
const imageTokens = 1_400
/** 32 tokens a second (Gemini) at 4 KB a second, usual for speech. */
const audioTokensPerByte = 8 / 1024
/** A page is read as text and as a picture (1,500–3,000 tokens at Anthropic), and is about 50 KB. */
const pageTokens = 2_000
const pageBytes = 50 * 1024
/** A stored conversation of which nothing is known here. */
export const storedHistoryTokens = 4_000

/** Longer texts are counted by a part of them. */
const countedCharacters = 64 * 1024
const sampledPieces = 16
const deepest = 24

/** Within 30 % on prose, code and JSON, more for other scripts; see the test beside. */
export function likelyTokensOf(body: JsonObject): number {
  const { texts, otherTokens } = readTexts(body)
  return requestTokens + otherTokens + marksPerText * texts.length + sampledTokens(texts)
}

/** Every text of a body, and the likely tokens of what is none. */
export function readTexts(body: JsonObject): { readonly texts: readonly string[]; readonly otherTokens: number } {
  const texts: string[] = []
  const otherTokens = collect(body, texts, deepest)
  return { texts, otherTokens }
}

/** Adds the texts to the list, and resolves to the tokens of everything else. */
function collect(value: unknown, texts: string[], depth: number): number {
  if (typeof value === 'string') {
    if (value !== '') texts.push(value)
    return 0
  }
  if (typeof value !== 'object' || value === null || depth === 0) return 0
  if (Array.isArray(value)) {
    // Numbers in a list are token ids.
    const tokensOf = (each: unknown) => (typeof each === 'number' ? 1 : collect(each, texts, depth - 1))
    return value.reduce<number>((sum, each) => sum + tokensOf(each), 0)
  }
  const media = mediaPartOf(value)
  if (media !== undefined) {
    const bytes = ((media.data?.length ?? 0) * 3) / 4
    if (media.kind === 'image') return imageTokens
    if (media.kind === 'audio') return Math.ceil(bytes * audioTokensPerByte)
    return pageTokens * Math.max(1, Math.ceil(bytes / pageBytes))
  }
  return Object.entries(value).reduce((sum, [key, each]) => {
    // Numbers and names of fields are short, and most of them are settings; those of a tool's schema are read by the model.
    return sum + collect(each, texts, depth - 1) + (key === 'properties' ? namesIn(each, texts) : 0)
  }, 0)
}

function namesIn(properties: unknown, texts: string[]): number {
  if (typeof properties === 'object' && properties !== null) texts.push(Object.keys(properties).join(' '))
  return 0
}

function sampledTokens(texts: readonly string[]): number {
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  if (characters <= countedCharacters) return texts.reduce((sum, text) => sum + textTokens(text), 0)
  const all = texts.join('\n')
  const size = Math.floor(countedCharacters / sampledPieces)
  const step = Math.floor(all.length / sampledPieces)
  const sampled = Array.from({ length: sampledPieces }, (_, piece) => all.slice(piece * step, piece * step + size))
  return Math.ceil((sampled.reduce((sum, text) => sum + textTokens(text), 0) * all.length) / countedCharacters)
}
