/** Recognises frames that differ from an earlier one in their text alone, and reads them without decoding or parsing the rest. */
import type { InferenceEvent } from '../inference/index.ts'
import { isObject } from './fields.ts'
import type { Frame, JsonObject } from './protocol.ts'

/** What may differ between two frames of the same kind: the text; padding against eavesdroppers; a running number. */
type Hole = 'text' | 'filler' | 'number'

interface Mould {
  /** The neutral block that its text belongs to. */
  readonly index: number
  /** What stands before the first hole, between holes, and behind the last: one more than there are holes. */
  readonly segments: readonly Buffer[]
  readonly holes: readonly Hole[]
}

const fillerKey = 'obfuscation'
const numberKey = 'sequence_number'
/** Providers whose frames never look alike are not asked again. */
const mostAttempts = 8

/** Exact, not a guess: what fits the mould is the same JSON with another value in places that were proved to hold one. */
export class PlainDeltas {
  private mould: Mould | undefined
  private attempts = 0
  private readonly key: string
  private readonly textIn: (body: JsonObject) => unknown

  /** `key` is the member that holds the text; `textIn` finds it in a parsed frame. */
  constructor(key: string, textIn: (body: JsonObject) => unknown) {
    this.key = key
    this.textIn = textIn
  }

  /** What a frame that fits says; undefined = it must be parsed. */
  read({ bytes }: Frame): readonly InferenceEvent[] | undefined {
    const { mould } = this
    if (mould === undefined || bytes === undefined) return undefined
    const text = textOf(bytes as Buffer, mould)
    if (text === undefined) return undefined
    this.attempts = 0
    return text === '' ? [] : [{ type: 'block-delta', index: mould.index, text }]
  }

  /** After a frame was parsed: one that said nothing but text is learnt from, one that began or ended something makes all before it void. */
  learn({ data, bytes }: Frame, events: readonly InferenceEvent[]): void {
    const [only] = events
    if (only === undefined) return
    const isPlain = events.length === 1 && only.type === 'block-delta'
    if (this.mould !== undefined && !(isPlain && only.index === this.mould.index)) this.mould = undefined
    if (!isPlain || data === undefined || bytes === undefined || this.attempts >= mostAttempts) return
    this.attempts += 1
    this.mould = this.cast(Buffer.from(bytes), only.text, only.index) ?? this.mould
  }

  private cast(bytes: Buffer, text: string, index: number): Mould | undefined {
    const frame = bytes.toString('utf8')
    const places = [
      placeOf(frame, 'text', `"${this.key}":`, JSON.stringify(text)),
      paddingIn(frame),
      numberIn(frame),
    ].filter((place) => place !== undefined)
    if (places[0]?.hole !== 'text') return undefined
    places.sort((left, right) => left.start - right.start)
    const starts = [...places.map(({ start }) => start), frame.length]
    const ends = [0, ...places.map(({ end }) => end)]
    const segments = starts.map((start, at) => frame.slice(ends[at], start))
    const mould = { index, holes: places.map(({ hole }) => hole), segments: segments.map((each) => Buffer.from(each)) }
    return this.isProved(segments, mould.holes) ? mould : undefined
  }

  /** Other values in its holes come out where they belong, when parsed. */
  private isProved(segments: readonly string[], holes: readonly Hole[]): boolean {
    const probe = segments.map((segment, at) => segment + probes[holes[at] ?? 'none']).join('')
    const data = /^data: ?(\{.*\})\s*$/m.exec(probe)?.[1]
    try {
      const body: unknown = JSON.parse(data ?? '')
      if (!isObject(body) || this.textIn(body) !== probes.text) return false
      if (holes.includes('filler') && body[fillerKey] !== probes.filler) return false
      return !holes.includes('number') || body[numberKey] === Number(probes.number)
    } catch {
      return false
    }
  }
}

const probes = { text: 'probe-of-the-text', filler: 'probe-of-the-filler', number: '7300417', none: '' }

interface Place {
  readonly hole: Hole
  readonly start: number
  readonly end: number
}

function placeOf(frame: string, hole: Hole, before: string, value: string): Place | undefined {
  const at = frame.indexOf(before + value)
  if (at === -1) return undefined
  const quote = value.startsWith('"') ? 1 : 0
  const start = at + before.length + quote
  return { hole, start, end: start + value.length - 2 * quote }
}

function paddingIn(frame: string): Place | undefined {
  const value = new RegExp(`"${fillerKey}":("[^"\\\\]*")`).exec(frame)?.[1]
  return value === undefined ? undefined : placeOf(frame, 'filler', `"${fillerKey}":`, value)
}

function numberIn(frame: string): Place | undefined {
  const value = new RegExp(`"${numberKey}":(\\d{1,15})(?=[,}])`).exec(frame)?.[1]
  return value === undefined ? undefined : placeOf(frame, 'number', `"${numberKey}":`, value)
}

const firstPrintable = 32
const quoteByte = 34
const backslashByte = 92
const zeroByte = 48
const nineByte = 57

function textOf(bytes: Buffer, { segments, holes }: Mould): string | undefined {
  let at = 0
  let text: string | undefined
  for (let which = 0; which < segments.length; which++) {
    const segment = segments[which] as Buffer
    const end = at + segment.length
    if (end > bytes.length || segment.compare(bytes, at, end) !== 0) return undefined
    const hole = holes[which]
    if (hole === undefined) return end === bytes.length ? text : undefined
    const close = hole === 'number' ? endOfNumber(bytes, end) : endOfString(bytes, end)
    if (close === -1) return undefined
    const start = end
    at = close
    if (hole === 'number') continue
    const said = read(bytes, start, close)
    if (said === undefined) return undefined
    if (hole === 'text') text = said
  }
  return undefined
}

/** Of the quote that no backslash escapes; -1 = there is none, or what JSON strings must not hold. */
function endOfString(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === quoteByte) return at
    if (byte === backslashByte) at += 1
    else if (byte < firstPrintable) return -1
  }
  return -1
}

/** Digits of a whole number as JSON writes it; -1 = there is none. */
function endOfNumber(bytes: Buffer, from: number): number {
  let at = from
  for (let byte = bytes[at]; byte !== undefined && byte >= zeroByte && byte <= nineByte; byte = bytes[at]) at += 1
  const isPadded = bytes[from] === zeroByte && at > from + 1
  return at === from || isPadded ? -1 : at
}

/** undefined = an escape that is none. */
function read(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end)
  if (!text.includes('\\')) return text
  try {
    return JSON.parse(`"${text}"`)
  } catch {
    return undefined
  }
}
