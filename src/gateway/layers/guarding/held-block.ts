/** One block of a streamed answer: what of its text has come, was judged, became of it, and may go out. */

import { GatewayError } from '../../../errors.ts'
import type { CheckedText, StreamWindow } from '../../../guardrails/guardrail.ts'
import { cutText, placeAfterChange } from '../../../guardrails/stream-window.ts'
import { refuseBroken } from './guard-content.ts'

/** Long answers are judged again when they have grown by this share, so that the work grows with their length only. */
const leastGrowth = 1 / 64

export class HeldBlock {
  /** Some guardrail that may deny or change looks at it. */
  readonly isHeld: boolean
  readonly slot: CheckedText
  readonly #windows: readonly StreamWindow[]
  /** As it came. */
  text = ''
  isChanged = false
  #isEnded = false
  /** Lengths of `text`. */
  #judgedTo = 0
  #aimedTo = 0
  #allowedTo = 0
  #passedTo = 0
  /** What the text up to `#allowedTo` has become, and how much of that was taken. */
  #changed = ''
  #taken = 0

  constructor(options: {
    readonly isHeld: boolean
    readonly slot: CheckedText
    readonly windows: readonly StreamWindow[]
  }) {
    this.isHeld = options.isHeld
    this.slot = options.slot
    this.#windows = options.windows
  }

  add(text: string): void {
    this.text += text
  }

  end(): void {
    this.#isEnded = true
  }

  /** Has enough come that judging lets more of it go? */
  isDue(): boolean {
    const { judgedTo, releasedTo } = this.#cut()
    if (this.#isEnded) return this.#allowedTo < this.text.length
    return judgedTo > this.#judgedTo && releasedTo - this.#allowedTo >= Math.max(1, this.text.length * leastGrowth)
  }

  /** Before judging: how much is judged, and how much is to be let go. */
  aim(): void {
    const { judgedTo, releasedTo } = this.#cut()
    this.#judgedTo = Math.max(this.#judgedTo, judgedTo)
    this.#aimedTo = Math.max(this.#allowedTo, releasedTo)
  }

  get judged(): string {
    return this.text.slice(0, this.#judgedTo)
  }

  get aimed(): string {
    return this.text.slice(0, this.#aimedTo)
  }

  /** `judged` has become this. False = it is not known what `aimed` has become. */
  judgedAs(changed: string): boolean {
    this.#checkKept(changed)
    const from = { judged: this.#allowedTo, changed: this.#changed.length }
    const place = placeAfterChange({ judged: this.judged, changed, place: this.#aimedTo, from })
    if (place === undefined) return false
    this.#allow(this.#aimedTo, changed.slice(0, place))
    return true
  }

  /** `aimed` by itself has become this; where that is not how `judged` begins, it stays for the next time. */
  aimedAs(changed: string, judged: string): void {
    if (judged.startsWith(changed) && changed.startsWith(this.#changed)) this.#allow(this.#aimedTo, changed)
  }

  /** The whole text has become this. */
  finish(changed: string): void {
    this.#checkKept(changed)
    this.#allow(this.text.length, changed)
  }

  mayPass({ text }: { readonly text: string }): boolean {
    return !this.isHeld || this.#passedTo + text.length <= this.#allowedTo
  }

  pass({ text }: { readonly text: string }): void {
    this.#passedTo += text.length
  }

  /** What may go out and was not taken yet. */
  takeChanged(): string {
    const text = this.#changed.slice(this.#taken)
    this.#taken = this.#changed.length
    return text
  }

  #cut() {
    const whole = { judgedTo: this.text.length, releasedTo: this.text.length }
    if (this.#isEnded) return whole
    // Arguments make sense to nobody before they are whole.
    if (this.slot.kind === 'tool-call') return { judgedTo: this.#judgedTo, releasedTo: this.#allowedTo }
    const { judgedTo, releasedTo } = cutText(this.text.slice(this.#allowedTo), this.#windows)
    return { judgedTo: this.#allowedTo + judgedTo, releasedTo: this.#allowedTo + releasedTo }
  }

  #allow(length: number, changed: string): void {
    this.#allowedTo = length
    this.#changed = changed
    this.isChanged = changed !== this.text.slice(0, length)
  }

  /** What has gone out cannot be taken back. */
  #checkKept(changed: string): void {
    if (this.slot.kind === 'tool-call' && changed !== this.judged && changed !== this.text) refuseBroken(changed)
    if (changed.startsWith(this.#changed)) return
    throw new GatewayError(
      'guardrail_denied',
      'a guardrail found something that begins in text already sent; a larger stream_window, or whole, would have kept it back',
      { isRetryable: false, deniedHook: 'output' },
    )
  }
}
