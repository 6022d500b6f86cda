/** Watches a request's events go by: usage, model, ending, and how much was said. Changes nothing. */
import type { GatewayError } from '../../errors.ts'
import { type Finish, type InferenceEvent, mergeUsage, type Usage } from '../../inference/index.ts'
import type { Frame } from '../../protocols/protocol.ts'
import type { Quirk } from '../../providers/provider.ts'

/** Enough to know how the text falls into tokens; the rest is taken to fall alike. */
const keptCharacters = 16 * 1024

export class Meter {
  usage: Usage | undefined
  model: string | undefined
  /** The answer's own id; '' where its wire has none. */
  answerId = ''
  finish: Finish | undefined
  /** Set by an `error` event; the answer is then not whole. */
  error: GatewayError | undefined
  /** UTF-16 units of generated text, thinking and arguments. */
  characters = 0
  /** The same in UTF-8. */
  bytes = 0
  /** In how many pieces it came. */
  pieces = 0
  /** When the first byte of the request left on a connected socket: from here on it may cost. */
  sentAtMs: number | undefined
  /** The beginning of what was generated, for counting where its usage is never told. */
  get text(): string {
    return this.#text
  }
  #text = ''
  /** When the last of it came, or the call was given up. */
  endedAtMs: number | undefined
  /** The upstream said that it has an answer, whether or not it can be read. */
  isAccepted = false
  /** The upstream has begun a good answer. */
  hasAnswer = false
  readonly #quirks: readonly Quirk[]

  constructor(quirks: readonly Quirk[]) {
    this.#quirks = quirks.filter((quirk) => quirk.usageIn !== undefined)
  }

  /** Something of an answer has been seen, be it only what its input costs. */
  get hasBegun(): boolean {
    return this.hasAnswer || this.bytes > 0 || this.usage !== undefined
  }

  get isSent(): boolean {
    return this.sentAtMs !== undefined
  }

  noteSent(nowMs: number): void {
    this.sentAtMs ??= nowMs
  }

  push(events: readonly InferenceEvent[]): void {
    for (const event of events) this.#see(event)
  }

  /** Usage that this provider hides where its wire does not look. */
  look(frame: Frame): void {
    for (const quirk of this.#quirks) {
      const usage = quirk.usageIn?.(frame)
      if (usage !== undefined) this.usage = mergeUsage(this.usage, usage)
    }
  }

  #see(event: InferenceEvent): void {
    if (event.type === 'block-delta') this.#hear(event.text)
    else if (event.type === 'usage') this.usage = mergeUsage(this.usage, event.usage)
    else if (event.type === 'response-start') {
      this.model = event.model
      this.answerId = event.id
    } else if (event.type === 'response-end') this.finish = event.finish
    else if (event.type === 'error') this.error ??= event.error
  }

  #hear(text: string): void {
    if (text === '') return
    this.characters += text.length
    this.bytes += Buffer.byteLength(text)
    this.pieces += 1
    if (this.#text.length < keptCharacters) this.#text += text.slice(0, keptCharacters - this.#text.length)
  }
}
