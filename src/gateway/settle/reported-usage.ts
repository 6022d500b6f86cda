/** What a provider says that a call used, completed by what the request itself tells, and whether it can be true. */
import type { Awaitable } from '../../awaitable.ts'
import { totalInput, type Usage } from '../../inference/index.ts'
import type { CallAttempt } from '../line/line.ts'
import { mostInputTokens } from './find-price.ts'

export interface Reported {
  readonly usage: Usage
  /** Nothing is missing, and nothing comes after it. An explicit 0 is a count. */
  readonly isFinal: boolean
  /** Units are those asked for at most, since the answer does not tell. */
  readonly isBound: boolean
}

/** `isEnded` = the provider has said all that it will. */
export function reportedUsage({ meter, task }: CallAttempt, isEnded: boolean): Reported {
  const { usage, isBound } = withUnits(meter.usage ?? {}, task.peek)
  const hasInput = usage.inputUncached !== undefined || usage.inputCacheRead !== undefined
  return { usage, isBound, isFinal: hasInput && usage.output !== undefined && isEnded }
}

/** Units that the answer does not tell are those asked for, a bound only where it tells nothing at all; none are tokens where none are counted. */
function withUnits(
  told: Usage,
  peek: CallAttempt['task']['peek'],
): { readonly usage: Usage; readonly isBound: boolean } {
  const { units, isUnitsBound = false, inputTokens, maxOutputTokens } = peek
  const { images, characters, audioSeconds, searches, output } = told
  const hasUnits = [images, characters, audioSeconds, searches].some((each) => each !== undefined)
  const isBound = !hasUnits && isUnitsBound && output === undefined
  const isAdded = !hasUnits && (isBound || !isUnitsBound)
  const none = inputTokens === 0 && maxOutputTokens === 0 ? { inputUncached: 0, output: 0 } : {}
  return { usage: { ...none, ...(isAdded ? units : {}), ...told }, isBound }
}

/** Honest text has up to this many bytes a token; a report with more is counted before it is believed. */
const usualBytesPerToken = 6
/** Short answers are not counted for a difference of so few tokens. */
const spareTokens = 4
/** Windows are larger than the price list says now and then; this is larger than all of them. */
const mostTokens = 10_000_000

/**
 * The same object where all of it can be true, else without what cannot: less than half of what was seen, no input to
 * an answer that was seen, more input than the request and the model have room for, or more than any model takes and
 * gives. A promise where the answer has to be counted.
 */
export function plausiblePart(usage: Usage, tried: CallAttempt, contextWindow: number | undefined): Awaitable<Usage> {
  const { peek } = tried.task
  // what is priced by the second or the picture may well have no tokens
  if (peek.inputTokens === 0 && peek.maxOutputTokens === 0) return usage
  const { output = 0 } = usage
  const { bytes } = tried.meter
  const most = Math.max(mostTokens, contextWindow ?? 0)
  const kept = isInputPossible(usage, tried, contextWindow) ? usage : withoutInput(usage)
  if (output > most || (usage.output === 0 && bytes > 0)) return withoutOutput(kept)
  if (usage.output === undefined || bytes <= usualBytesPerToken * (output + spareTokens)) return kept
  return countedAgain(tried).then((counted) =>
    counted > Math.max(2 * output, output + spareTokens) ? withoutOutput(kept) : kept,
  )
}

/** By the tokenizer itself, without the margin that a charge has. */
async function countedAgain({ meter: { text, bytes } }: CallAttempt): Promise<number> {
  const { countTokensPlainly } = await import('../../pricing/count-text.ts')
  return (await countTokensPlainly(text)) * (bytes / Math.max(1, Buffer.byteLength(text)))
}

function isInputPossible(
  usage: Usage,
  { meter, task, beside }: CallAttempt,
  contextWindow: number | undefined,
): boolean {
  const input = totalInput(usage) ?? 0
  if (input === 0) return meter.bytes === 0
  if (input > Math.max(mostTokens, contextWindow ?? 0)) return false
  // What the provider's own tools find becomes input, and is read again in every round.
  if (beside?.tools !== undefined || input <= task.call.body.length) return true
  const mostSent = mostInputTokens(task, undefined)
  if (input <= mostSent) return true
  const isAboveWindow = contextWindow !== undefined && input > contextWindow
  // A part of the prompt cannot be larger than all that was sent.
  return !isAboveWindow && (usage.inputCacheRead ?? 0) <= mostSent
}

function withoutInput(usage: Usage): Usage {
  const { inputUncached, inputCacheRead, inputCacheWrite5m, inputCacheWrite1h, inputAudio, inputImage, ...rest } = usage
  return rest
}

function withoutOutput(usage: Usage): Usage {
  const { output, outputReasoning, outputAudio, outputImage, ...rest } = usage
  return rest
}
