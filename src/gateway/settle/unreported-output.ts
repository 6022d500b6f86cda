/** How much output a call can have made whose provider never told: by who ended it, what was seen, and the time that passed. */
import type { Usage } from '../../inference/index.ts'
import { maxGeneratedTokens, mayHideReasoning } from '../../pricing/generation.ts'
import type { CountBasis } from '../../records/log.ts'
import { customHostOf } from '../line/custom-host.ts'
import type { CallAttempt } from '../line/line.ts'

export interface CountedOutput {
  readonly tokens: number
  readonly outputBasis: CountBasis
}

/** A provider that stops when we leave generates on for so long at most. */
const stoppingMs = 2_000

/** `bought` = the most that the call can have made, all answers together. */
export async function outputOf(tried: CallAttempt, told: Usage, bought: number): Promise<CountedOutput> {
  const { meter, task, target } = tried
  const isText = task.peek.isOutputFixed !== true && task.protocol.endpoint?.answersText !== false
  const reported = told.output ?? 0
  // The provider said that it was done, or why it was not: nothing comes after that.
  const isEndedByProvider = tried.isReadWhole === true || meter.finish !== undefined || meter.error !== undefined
  if (!isText) return { tokens: Math.max(reported, bought), outputBasis: 'held' }
  if (!isEndedByProvider && !stopsOnDisconnect(tried))
    return { tokens: Math.max(reported, bought), outputBasis: 'held' }
  const names = { model: target.model, host: target.aiProvider.name }
  const passedMs = (meter.endedAtMs ?? meter.sentAtMs ?? 0) - (meter.sentAtMs ?? 0)
  const unseenMs = (mayHideReasoning(target.model) ? passedMs : 0) + (isEndedByProvider ? 0 : stoppingMs)
  const made = (await visibleTokens(tried)) + maxGeneratedTokens(unseenMs, names)
  return { tokens: Math.max(reported, Math.min(bought, made * task.peek.answers)), outputBasis: 'counted' }
}

/** The row's word is about its own servers; what stands behind another host is not known. */
function stopsOnDisconnect({ target }: CallAttempt): boolean {
  return target.aiProvider.stopsOnDisconnect !== undefined && customHostOf(target) === undefined
}

/** Of one answer: that of the first choice is what is seen. No piece of a stream is less than one token. */
async function visibleTokens({ meter, target }: CallAttempt): Promise<number> {
  const { text, bytes, pieces } = meter
  if (text === '') return Math.max(bytes, pieces)
  const { countTextTokens } = await import('../../pricing/count-text.ts')
  const counted = await countTextTokens(text, target.model)
  const share = bytes / Math.max(1, Buffer.byteLength(text))
  return Math.max(Math.ceil(counted * Math.max(1, share)), pieces)
}
