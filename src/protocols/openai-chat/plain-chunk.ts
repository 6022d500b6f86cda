/** Recognises chunks that differ from an earlier one in their text alone, and reads them without parsing. */
import { isObject } from '../fields.ts'

interface Mould {
  /** Up to the text of the delta. */
  readonly before: string
  /** From the text's closing quote on; with `filler`, to the opening quote of that. */
  readonly after: string
  /** Behind the random padding that some providers put in; absent = the chunk ends with `after`. */
  readonly filler?: string
}

const fillerKey = '"obfuscation":"'
/** Providers whose chunks never look alike are not asked again. */
const mostAttempts = 4

/** Exact, not a guess: what fits the mould is the same JSON with another text in the one place that was proved to be it. */
export class PlainChunks {
  private mould: Mould | undefined
  private attempts = 0

  /** The text of a chunk that fits; undefined = it must be parsed. */
  read(data: string): string | undefined {
    const { mould } = this
    if (!mould || !holds(data, 0, mould.before)) return undefined
    const close = data.indexOf('"', mould.before.length)
    if (close === -1 || !holds(data, close, mould.after)) return undefined
    const end = close + mould.after.length
    if (mould.filler === undefined ? data.length !== end : !isFiller(data, end, mould.filler)) return undefined
    const text = data.slice(mould.before.length, close)
    return text.includes('\\') ? undefined : text
  }

  /** A chunk that was parsed and said nothing but this text. */
  learn(data: string, text: string): void {
    if (this.attempts >= mostAttempts) return
    this.attempts += 1
    const member = `"content":${JSON.stringify(text)}`
    const at = data.indexOf(member)
    if (at === -1) return
    const before = data.slice(0, at + '"content":"'.length)
    const after = data.slice(at + member.length - 1)
    const mould = splitFiller(before, after)
    if (isProved(mould)) this.mould = mould
  }
}

/** `startsWith` compares letter by letter: five times slower (Node 24, 2026-11-21). */
function holds(data: string, at: number, text: string): boolean {
  return data.slice(at, at + text.length) === text
}

function splitFiller(before: string, after: string): Mould {
  const at = after.indexOf(fillerKey)
  if (at === -1) return { before, after }
  const start = at + fillerKey.length
  return { before, after: after.slice(0, start), filler: after.slice(after.indexOf('"', start)) }
}

function isFiller(data: string, start: number, filler: string): boolean {
  const close = data.indexOf('"', start)
  return (
    close !== -1 && data.length === close + filler.length && data.endsWith(filler) && !data.slice(start).includes('\\')
  )
}

const probe = 'probe-of-the-mould'

function isProved({ before, after, filler }: Mould): boolean {
  try {
    const chunk: unknown = JSON.parse(`${before}${probe}${after}${filler === undefined ? '' : `${probe}${filler}`}`)
    if (!isObject(chunk) || !Array.isArray(chunk.choices) || chunk.choices.length !== 1) return false
    if (filler !== undefined && chunk.obfuscation !== probe) return false
    const choice: unknown = chunk.choices[0]
    return isObject(choice) && isObject(choice.delta) && choice.delta.content === probe
  } catch {
    return false
  }
}
