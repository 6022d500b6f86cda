/** Bounds what this process keeps of answers that have to be read whole: each of them, and all together. */
import { getHeapStatistics } from 'node:v8'
import { GatewayError } from '../../errors.ts'

const mebibyte = 1024 * 1024

interface Bounds {
  readonly perAnswer: number
  readonly perProcess: number
}

/** An answer takes about six times its bytes while it is parsed (measured 2026-11: 128 MB took 810 MB). */
function usualBounds(): Bounds {
  const heapBytes = getHeapStatistics().heap_size_limit
  const perAnswer = Math.min(64 * mebibyte, Math.max(16 * mebibyte, Math.floor(heapBytes / 12)))
  return { perAnswer, perProcess: Math.min(4 * perAnswer, Math.max(perAnswer, Math.floor(heapBytes / 6))) }
}

/** One answer's part of the memory. */
export interface AnswerShare {
  /** More of it came. Throws GatewayError `upstream_unavailable`. */
  add(bytes: number): void
}

export class AnswerMemory {
  readonly #bounds: Bounds
  #heldBytes = 0

  constructor(bounds: Bounds = usualBounds()) {
    this.#bounds = bounds
  }

  /** Of one answer as it was announced, as far as it was; 0 = not told. Throws like `add`. It is given back when `over` aborts. */
  open(announcedBytes: number, over: AbortSignal): AnswerShare {
    if (announcedBytes > this.#bounds.perAnswer) throw tooLarge(this.#bounds.perAnswer)
    let length = 0
    const giveBack = () => {
      this.#heldBytes -= length
    }
    if (!over.aborted) over.addEventListener('abort', giveBack, { once: true })
    return {
      add: (bytes) => {
        if (length + bytes > this.#bounds.perAnswer) throw tooLarge(this.#bounds.perAnswer)
        if (this.#heldBytes + bytes > this.#bounds.perProcess) throw tooMany(this.#bounds.perProcess)
        if (over.aborted) return
        length += bytes
        this.#heldBytes += bytes
      },
    }
  }
}

/** Of this process. */
export const answerMemory = new AnswerMemory()

function tooLarge(bytes: number): GatewayError {
  return new GatewayError(
    'upstream_unavailable',
    `the provider's answer is larger than ${sizeOf(bytes)} MB, which is the most that this gateway reads at once; ask for less, or for a stream`,
    { mayBeBilled: true, isRetryable: false },
  )
}

function tooMany(bytes: number): GatewayError {
  return new GatewayError(
    'upstream_unavailable',
    `this gateway is reading ${sizeOf(bytes)} MB of answers already and has no memory for another one; try again, or give it more memory`,
    { mayBeBilled: true, retryAfterMs: 1_000 },
  )
}

function sizeOf(bytes: number): number {
  return Math.floor(bytes / mebibyte)
}
