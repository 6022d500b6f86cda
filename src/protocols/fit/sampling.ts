/** Sampling, stop sequences and the cap of the output, as far as the model takes them. */
import type { InferenceRequest, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { effortOfTokens } from './effort.ts'

type Sampling = Pick<InferenceRequest, 'temperature' | 'topP' | 'topK' | 'stop' | 'maxOutputTokens'>

export function fitSampling(request: InferenceRequest, traits: ModelTraits, warnings: Warning[]): Sampling {
  const { temperature, topP, topK, stop, maxOutputTokens } = request
  const isOff = takesNoSampling(traits, effortOf(request))
  const drop = (field: string, reason: string) => {
    warnings.push({ type: 'dropped', field, reason })
    return undefined
  }
  const refused = isOff ? 'this model does not take it while it reasons' : 'this model does not take it'
  const fitted: { -readonly [K in keyof Sampling]: Sampling[K] | undefined } = {
    temperature,
    topP,
    topK,
    stop,
    maxOutputTokens,
  }
  if (temperature !== undefined && (isOff || traits.sampling.temperature === 'default')) {
    fitted.temperature = temperature === 1 ? undefined : drop('temperature', `${refused}; it has its own`)
  } else if (temperature !== undefined && temperature > traits.sampling.maxTemperature) {
    const reason = `${temperature} is above this provider's highest; set to ${traits.sampling.maxTemperature}`
    warnings.push({ type: 'clamped', field: 'temperature', reason })
    fitted.temperature = traits.sampling.maxTemperature
  }
  if (topP !== undefined && (isOff || !traits.sampling.topP))
    fitted.topP = topP === 1 ? undefined : drop('top_p', refused)
  else if (topP !== undefined && traits.sampling.isOneOnly && fitted.temperature !== undefined)
    fitted.topP = drop('top_p', 'this model takes temperature or top_p; temperature was sent')
  if (topK !== undefined && !traits.sampling.topK) fitted.topK = drop('top_k', refused)
  fitted.stop = fitStops(stop, traits, warnings)
  fitted.maxOutputTokens = fitCap(maxOutputTokens, traits, warnings)
  return fitted as Sampling
}

/** A budget is divided into an effort later on. */
function effortOf({ reasoning }: InferenceRequest): string | undefined {
  if (reasoning?.isEnabled === false) return 'none'
  return (
    reasoning?.effort ?? (reasoning?.budgetTokens === undefined ? undefined : effortOfTokens(reasoning.budgetTokens))
  )
}

/** Does this effort, or none said, leave no room for sampling? */
export function takesNoSampling({ sampling, efforts }: ModelTraits, effort: string | undefined): boolean {
  if (sampling.onlyWithoutEffort === 'no' || effort === 'none') return false
  if (efforts?.length === 0) return false
  return effort !== undefined || sampling.onlyWithoutEffort === 'said'
}

function fitStops(
  stop: readonly string[] | undefined,
  { maxStops, allowsBlankStops }: ModelTraits,
  warnings: Warning[],
): readonly string[] | undefined {
  if (stop === undefined || stop.length === 0) return undefined
  const drop = (reason: string) => warnings.push({ type: 'dropped', field: 'stop', reason })
  if (maxStops === 0) {
    drop('this model takes no stop sequences')
    return undefined
  }
  const spoken = allowsBlankStops ? stop : stop.filter((sequence) => sequence.trim() !== '')
  if (spoken.length < stop.length) drop('this provider refuses stop sequences of white space alone')
  const kept = spoken.slice(0, maxStops)
  if (kept.length < spoken.length) drop(`this model takes ${maxStops} stop sequences; the first ${maxStops} were sent`)
  return kept.length > 0 ? kept : undefined
}

/** Asking for more than a model can write is refused. */
function fitCap(
  asked: number | undefined,
  { maxOutputTokens: most }: ModelTraits,
  warnings: Warning[],
): number | undefined {
  if (asked === undefined || most === undefined || asked <= most) return asked
  const reason = `${asked} is more than this model writes; set to ${most}`
  warnings.push({ type: 'clamped', field: 'max_tokens', reason })
  return most
}
