/** Counts the tokens of a text with OpenAI's o200k tokenizer, with a margin for models that have another one. */

/** Long runs without a break take the tokenizer quadratic time, so they are cut first. */
const longRun = /\S{513,}|\s{513,}/g
const runPiece = 512
/** Counted at a time, so that other requests go on in between. About 10 ms. */
const pieceCharacters = 16 * 1024
/** A longer text is charged by its bytes: no token has less than one. */
const mostCharacters = 4 * 1024 * 1024

type CountTokens = (text: string, options: { readonly disallowedSpecial: Set<string> }) => number

/** 1 MB of data, loaded when a call has to be counted for the first time. */
async function loadTokenizer(): Promise<CountTokens> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base')
  return countTokens as CountTokens
}

/** Never more than the bytes of the text, nor fewer than its model counts. */
export async function countTextTokens(text: string, model: string): Promise<number> {
  const bytes = Buffer.byteLength(text)
  const margin = marginOf(model)
  if (margin === undefined || text.length > mostCharacters) return bytes
  return Math.min(bytes, Math.ceil((await countTokensPlainly(text)) * margin))
}

/** By o200k itself, whatever the model: to compare with, not to charge by. */
export async function countTokensPlainly(text: string): Promise<number> {
  const countTokens = await loadTokenizer()
  let tokens = 0
  for (let at = 0; at < text.length; at += pieceCharacters) {
    const piece = text.slice(at, at + pieceCharacters).replace(longRun, cutRun)
    tokens += countTokens(piece, { disallowedSpecial: new Set() })
    if (at + pieceCharacters < text.length) await new Promise((resolve) => setImmediate(resolve))
  }
  return tokens
}

function cutRun(run: string): string {
  const pieces: string[] = []
  for (let at = 0; at < run.length; at += runPiece) pieces.push(run.slice(at, at + runPiece))
  // One more break is at most one more token.
  return pieces.join('\n ')
}

/**
 * What a model counts against o200k at most. OpenAI's models from gpt-4o on use o200k itself (5 % for the marks of
 * messages). Claude 3.5 counts up to 30 % more (Python; VentureBeat, 2025-05-01, "Hidden costs in AI deployment"), and
 * Anthropic says up to 35 % more again of the tokenizer since Opus 4.7 (platform.claude.com, "What's new in Claude
 * Opus 4.7"). Of other families no such figure is published, so their bytes stand.
 */
const margins: readonly (readonly [RegExp, number])[] = [
  [/gpt-(?:4o|4\.1|4\.5|5|oss|image|audio|realtime)|chatgpt|(?:^|\/)o[1-9]|codex/i, 1.05],
  [/claude/i, 1.3 * 1.35],
]

function marginOf(model: string): number | undefined {
  return margins.find(([pattern]) => pattern.test(model))?.[1]
}
