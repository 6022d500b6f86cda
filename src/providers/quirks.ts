/** Deviations that more than one provider may have, as makers of quirks. */
import type { Usage } from '../inference/index.ts'
import type { Frame, ProtocolId } from '../protocols/protocol.ts'
import type { Quirk } from './provider.ts'

/** Usage of a stream sits inside a vendor's own object of a frame, e.g. `x_groq.usage`. */
export function usageInside(key: string): Quirk {
  return {
    name: `usage of a stream is inside ${key}`,
    usageIn: (frame) => readUsage(member(member(parse(frame), key), 'usage')),
  }
}

/** Top-level keys under another name, or (null) refused by the provider. */
export function keys(name: string, renames: Readonly<Record<string, string | null>>): Quirk {
  return { name, keys: renames }
}

/** Documents `max_tokens` only, and ignores or refuses the newer name of the same cap. */
export const capIsMaxTokens: Quirk = keys('the cap is taken as max_tokens', { max_completion_tokens: 'max_tokens' })

/** Refuses the newer name of the role. github.com/earendil-works/pi/issues/1048 is one of many reports. */
export const developerIsSystem: Quirk = {
  name: 'the role developer is taken as system',
  editMessage: (message) => (message.role === 'developer' ? { ...message, role: 'system' } : message),
}

/** Refuses `name` on messages that are no tool's. github.com/BerriAI/litellm/issues/6696 */
export const namesAreForTools: Quirk = {
  name: 'names of speakers are refused',
  editMessage: (message) => {
    if (message.name === undefined || message.role === 'tool') return message
    const { name: _, ...rest } = message
    return rest
  },
}

/** Top-level keys that one wire's body always has here, or (undefined) never. */
export function bodyMembers(name: string, wire: ProtocolId, sets: Readonly<Record<string, unknown>>): Quirk {
  return { name, wire, sets }
}

function parse(frame: Frame): unknown {
  if (frame.data === undefined || !frame.data.startsWith('{')) return undefined
  try {
    return JSON.parse(frame.data)
  } catch {
    return undefined
  }
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

/** OpenAI's counting: the cached tokens are part of the prompt's. */
function readUsage(raw: unknown): Usage | undefined {
  const prompt = count(member(raw, 'prompt_tokens'))
  const output = count(member(raw, 'completion_tokens'))
  if (prompt === undefined && output === undefined) return undefined
  const cached = count(member(member(raw, 'prompt_tokens_details'), 'cached_tokens'))
  const reasoning = count(member(member(raw, 'completion_tokens_details'), 'reasoning_tokens'))
  return {
    ...(prompt === undefined ? {} : { inputUncached: Math.max(0, prompt - (cached ?? 0)) }),
    ...(cached === undefined ? {} : { inputCacheRead: cached }),
    ...(output === undefined ? {} : { output }),
    ...(reasoning === undefined ? {} : { outputReasoning: reasoning }),
    raw,
  }
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}
