/** What a provider says that a call used, completed by what the request itself tells, and whether it can be true. */
import { totalInput, type Usage } from '../../inference/index.ts'
import type { Tried } from '../line/line.ts'

export interface Reported {
  readonly usage: Usage
  /** Nothing is missing, and nothing comes after it. An explicit 0 is a count. */
  readonly isFinal: boolean
  /** Units are those asked for at most, since the answer does not tell. */
  readonly isBound: boolean
}

/** `isEnded` = the provider has said all that it will. */
export function reportedUsage({ meter, task }: Tried, isEnded: boolean): Reported {
  const { usage, isBound } = withUnits(meter.usage ?? {}, task.peek)
  const hasInput = usage.inputUncached !== undefined || usage.inputCacheRead !== undefined
  return { usage, isBound, isFinal: hasInput && usage.output !== undefined && isEnded }
}

/** Units that the answer does not tell are those asked for, a bound only where it tells nothing at all; none are tokens where none are counted. */
function withUnits(told: Usage, peek: Tried['task']['peek']): { readonly usage: Usage; readonly isBound: boolean } {
  const { units, isUnitsBound = false, inputTokens, maxOutputTokens } = peek
  const { images, characters, audioSeconds, searches, output } = told
  const hasUnits = [images, characters, audioSeconds, searches].some((each) => each !== undefined)
  const isBound = !hasUnits && isUnitsBound && output === undefined
  const isAdded = !hasUnits && (isBound || !isUnitsBound)
  const none = inputTokens === 0 && maxOutputTokens === 0 ? { inputUncached: 0, output: 0 } : {}
  return { usage: { ...none, ...(isAdded ? units : {}), ...told }, isBound }
}

/** No text has so many bytes a token on average, and some are allowed on top for marks. */
const mostBytesPerToken = 40
const spareTokens = 8
/** Windows are larger than the price list says now and then; this is larger than all of them. */
const mostTokens = 10_000_000

/** The same object where all of it can be true, else without what cannot: less than what was seen, no input to an answer that was seen, or more than any model takes and gives. */
export function plausiblePart(usage: Usage, { meter }: Tried, contextWindow: number | undefined): Usage {
  const { output = 0 } = usage
  const most = Math.max(mostTokens, contextWindow ?? 0)
  const leastSeen = output === 0 ? 0 : mostBytesPerToken * (output + spareTokens)
  const isTooLittle = usage.output !== undefined && meter.bytes > leastSeen
  const input = totalInput(usage) ?? 0
  const isOutputWrong = isTooLittle || output > most
  const isInputWrong = input > most || (input === 0 && meter.bytes > 0)
  if (!isInputWrong && !isOutputWrong) return usage
  const rest = isInputWrong ? withoutInput(usage) : usage
  return isOutputWrong ? withoutOutput(rest) : rest
}

function withoutInput(usage: Usage): Usage {
  const { inputUncached, inputCacheRead, inputCacheWrite5m, inputCacheWrite1h, inputAudio, inputImage, ...rest } = usage
  return rest
}

function withoutOutput(usage: Usage): Usage {
  const { output, outputReasoning, outputAudio, outputImage, ...rest } = usage
  return rest
}
