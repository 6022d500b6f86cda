/** How much of a streamed answer is held back while guardrails judge it, and up to where it may go out. Pure. */
import { invalid } from './check-parameters.ts'
import type { Guardrail, StreamWindow } from './guardrail.ts'

const fewestCharacters = 16
const mostCharacters = 100_000
/** A sentence that has no end is cut here, at a blank. */
const longestSentence = 1_000

/** Reads the setting `stream_window`. Throws GatewayError `invalid_request`. */
export function readStreamWindow(value: unknown, where: string): StreamWindow | undefined {
  if (value === undefined) return undefined
  if (value === 'whole' || value === 'sentence') return { type: value }
  const isCount = typeof value === 'number' && Number.isInteger(value)
  if (isCount && value >= fewestCharacters && value <= mostCharacters) return { type: 'characters', count: value }
  const shown = typeof value === 'object' ? 'an object or list' : `'${String(value).slice(0, 40)}'`
  throw invalid(
    `${where} is ${shown}; it must be 'whole', 'sentence' or a number of characters from ${fewestCharacters} to ${mostCharacters}`,
    where,
  )
}

/** As set; else sentences where every check finds what it finds in its surroundings alone, and the whole answer where one does not. */
export function windowOf({ streamWindow, checks }: Guardrail): StreamWindow {
  return streamWindow ?? { type: checks.every(({ isLocal }) => isLocal === true) ? 'sentence' : 'whole' }
}

/** Places in the text that is held, from its beginning. */
export interface StreamCut {
  /** So far the text is judged: up to a place where nothing is broken off. */
  readonly judgedTo: number
  /** So far it may go out when it is judged well. */
  readonly releasedTo: number
}

/** For several windows at once, the strictest in every respect. */
export function cutText(held: string, windows: readonly StreamWindow[]): StreamCut {
  const cuts = windows.map((window) => cutOne(held, window))
  return {
    judgedTo: Math.min(held.length, ...cuts.map(({ judgedTo }) => judgedTo)),
    releasedTo: Math.min(held.length, ...cuts.map(({ releasedTo }) => releasedTo)),
  }
}

const nothing: StreamCut = { judgedTo: 0, releasedTo: 0 }

function cutOne(held: string, window: StreamWindow): StreamCut {
  if (window.type === 'whole') return nothing
  if (window.type === 'characters') {
    const judgedTo = lastBlank(held) ?? (held.length > window.count * 3 ? held.length : 0)
    if (judgedTo < window.count * 2) return nothing
    const releasedTo = judgedTo - window.count
    return { judgedTo, releasedTo: lastBlank(held.slice(0, releasedTo)) ?? releasedTo }
  }
  const ends = sentenceEnds(held)
  return { judgedTo: ends.at(-1) ?? 0, releasedTo: ends.at(-2) ?? 0 }
}

/** After the last blank. */
function lastBlank(text: string): number | undefined {
  const at = /\s(?=\S*$)/.exec(text.slice(-longestSentence))?.index
  return at === undefined ? undefined : Math.max(0, text.length - longestSentence) + at + 1
}

const sentenceEnd = /[.!?…]+["'”’)\]]*\s+|[。！？]+|\n+/g

function sentenceEnds(text: string): readonly number[] {
  const ends: number[] = []
  const add = (end: number) => {
    for (let from = ends.at(-1) ?? 0; end - from > longestSentence; from = ends.at(-1) ?? 0)
      ends.push(from + (lastBlank(text.slice(from, from + longestSentence)) ?? longestSentence))
  }
  for (const { index, 0: match } of text.matchAll(sentenceEnd)) {
    add(index + match.length)
    ends.push(index + match.length)
  }
  add(text.length)
  return ends
}

/**
 * Where a place of a judged text lies in what checks made of it. Known where the text is unchanged around that place:
 * from `from` (places that belong together) up to it, or from it to the end. undefined = not known.
 */
export function placeAfterChange(options: {
  readonly judged: string
  readonly changed: string
  readonly place: number
  readonly from: { readonly judged: number; readonly changed: number }
}): number | undefined {
  const { judged, changed, place, from } = options
  const tail = judged.length - place
  const fromEnd = changed.length - tail
  if (fromEnd >= from.changed && changed.endsWith(judged.slice(place))) return fromEnd
  const isSame = changed.startsWith(judged.slice(from.judged, place), from.changed)
  return isSame ? from.changed + (place - from.judged) : undefined
}
