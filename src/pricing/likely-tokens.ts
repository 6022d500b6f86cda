/** How many tokens a Messages request will probably be, where its provider does not count them: a likely figure, not a bound. */
import { listOf, member } from './members.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** Role marks around each message. */
const messageTokens = 4
const requestTokens = 3

/** The prompt that comes with tools (platform.claude.com, "tool use pricing": 346 where the model may choose). */
const toolPromptTokens = 346

/** A picture of a million pixels at Claude's width × height / 750; of most others it is somewhat less. */
const imageTokens = 1_500

/** A page of a PDF is read as text and as a picture, and is about 50 KB. */
const pageTokens = 2_000
const pageBytes = 50 * 1024

export function likelyInputTokens({ system, messages, tools }: JsonObject): number {
  const turns = listOf(messages)
  const offered = listOf(tools)
  const said = turns.reduce<number>((sum, turn) => sum + messageTokens + contentTokens(member(turn, 'content')), 0)
  const described = offered.reduce<number>((sum, tool) => sum + textTokens(JSON.stringify(tool)), 0)
  const prompt = offered.length > 0 ? toolPromptTokens : 0
  return requestTokens + contentTokens(system) + said + described + prompt
}

function contentTokens(content: unknown): number {
  if (typeof content === 'string') return textTokens(content)
  return listOf(content).reduce<number>((sum, part) => sum + partTokens(part), 0)
}

function partTokens(part: unknown): number {
  const type = member(part, 'type')
  const source = member(part, 'source')
  if (type === 'image') return imageTokens
  if (type === 'document') {
    const data = member(source, 'data')
    if (member(source, 'type') === 'content') return contentTokens(member(source, 'content'))
    if (member(source, 'type') === 'text') return contentTokens(data)
    const bytes = typeof data === 'string' ? (data.length * 3) / 4 : pageBytes
    return pageTokens * Math.ceil(bytes / pageBytes)
  }
  if (type === 'tool_result') return messageTokens + contentTokens(member(part, 'content'))
  if (type === 'tool_use') return textTokens(JSON.stringify(part))
  return contentTokens(member(part, 'text') ?? member(part, 'thinking'))
}

/** What tokenizers of today make of each kind of run: whole words mostly, digits by threes, marks by twos. */
const kinds: readonly { readonly is: RegExp; readonly charactersPerToken: number; readonly isRun: boolean }[] = [
  { is: /[A-Za-z]+/y, charactersPerToken: 7, isRun: true },
  { is: /[0-9]+/y, charactersPerToken: 3, isRun: true },
  { is: / (?=\S)/y, charactersPerToken: Number.POSITIVE_INFINITY, isRun: false },
  { is: /\s+/y, charactersPerToken: 16, isRun: true },
  { is: /[!-/:-@[-`{-~]+/y, charactersPerToken: 2, isRun: true },
  {
    is: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+/uy,
    charactersPerToken: 1.2,
    isRun: false,
  },
  { is: /[\p{L}\p{M}]+/uy, charactersPerToken: 3, isRun: true },
]

/** Within 15 % on English prose and tool descriptions for which counts are published; code and other scripts may be off by a third. */
export function textTokens(text: string): number {
  let tokens = 0
  let at = 0
  while (at < text.length) {
    const kind = kinds.find(({ is }) => {
      is.lastIndex = at
      return is.test(text)
    })
    const end = kind?.is.lastIndex ?? at + 1
    const share = kind === undefined ? 1 : (end - at) / kind.charactersPerToken
    tokens += kind?.isRun === true ? Math.ceil(share) : share
    at = end
  }
  return Math.ceil(tokens)
}
