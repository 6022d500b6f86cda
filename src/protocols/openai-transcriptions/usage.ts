/** What a transcription says of its cost: tokens, or the seconds it heard. */
import type { Usage } from '../../inference/index.ts'
import { count, isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

/** No audio is longer than this. */
const mostSeconds = 1_000_000

/** `{type: 'tokens', …}` or `{type: 'duration', seconds}`; where tokens are not counted they are none. */
export function readUsage(wire: JsonObject): Usage {
  const seconds = secondsIn(wire.seconds)
  if (seconds !== undefined) return { inputUncached: 0, output: 0, audioSeconds: seconds, raw: wire }
  const details = isObject(wire.input_token_details) ? wire.input_token_details : {}
  return present({
    inputUncached: count(wire.input_tokens ?? wire.prompt_tokens),
    inputAudio: count(details.audio_tokens),
    output: count(wire.output_tokens ?? wire.completion_tokens),
    raw: wire,
  })
}

/** Of a whole answer; the verbose one has its duration beside the text, as a number or as text. */
export function usageOf(body: JsonObject): Usage | undefined {
  const { usage, duration } = body
  const told = isObject(usage) ? readUsage(usage) : {}
  if (told.output !== undefined || told.audioSeconds !== undefined) return told
  const seconds = secondsIn(typeof duration === 'string' ? Number(duration) : duration)
  return seconds === undefined ? undefined : { inputUncached: 0, output: 0, audioSeconds: seconds, raw: { duration } }
}

export function writeUsage({ audioSeconds, inputUncached, inputAudio, output }: Usage): JsonObject {
  if (audioSeconds !== undefined) return { type: 'duration', seconds: audioSeconds }
  const details = inputAudio === undefined ? undefined : { audio_tokens: inputAudio }
  return present({
    type: 'tokens',
    input_tokens: inputUncached,
    input_token_details: details,
    output_tokens: output,
    total_tokens: inputUncached === undefined || output === undefined ? undefined : inputUncached + output,
  })
}

function secondsIn(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= mostSeconds ? value : undefined
}
