/** Where bodies of this wire hold text, for whoever looks at text in any wire. */
import { isObject } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

type Path = readonly (string | number)[]

export interface PartText {
  readonly text: string
  readonly role: string
  readonly kind?: 'reasoning' | 'tool-call'
  readonly path: Path
}

/** Of the system's instruction; the wire takes both spellings. */
export function systemTexts(body: JsonObject): readonly PartText[] {
  return ['systemInstruction', 'system_instruction'].flatMap((key) => textsOf(body[key], [key], 'system'))
}

/** Of the conversation, with the place of its turn. */
export function turnTexts({ contents }: JsonObject): readonly (PartText & { readonly message: number })[] {
  if (!Array.isArray(contents)) return []
  return contents.flatMap((turn: unknown, message) => {
    const role = isObject(turn) && turn.role === 'model' ? 'assistant' : 'user'
    return textsOf(turn, ['contents', message], role).map((text) => ({ ...text, message }))
  })
}

/** Of every candidate of a whole answer. */
export function candidateTexts({ candidates }: JsonObject): readonly PartText[] {
  if (!Array.isArray(candidates)) return []
  return candidates.flatMap((candidate: unknown, at) =>
    isObject(candidate) ? textsOf(candidate.content, ['candidates', at, 'content'], 'assistant') : [],
  )
}

function textsOf(content: unknown, path: Path, role: string): readonly PartText[] {
  if (!isObject(content) || !Array.isArray(content.parts)) return []
  return content.parts.flatMap((part: unknown, at): readonly PartText[] => {
    if (!isObject(part)) return []
    const here = [...path, 'parts', at]
    if (typeof part.text === 'string') {
      const kind = part.thought === true ? ({ kind: 'reasoning' } as const) : {}
      return [{ text: part.text, role, ...kind, path: [...here, 'text'] }]
    }
    return [...callText(part, here, role), ...resultTexts(part, here)]
  })
}

function callText({ functionCall: call }: JsonObject, path: Path, role: string): readonly PartText[] {
  if (role !== 'assistant' || !isObject(call) || !isObject(call.args)) return []
  return [{ text: JSON.stringify(call.args), role, kind: 'tool-call', path: [...path, 'functionCall', 'args'] }]
}

/** Every text among the members of what a function gave back. */
function resultTexts(part: JsonObject, path: Path): readonly PartText[] {
  return ['functionResponse', 'function_response'].flatMap((key) => {
    const result = part[key]
    return isObject(result) ? deepTexts(result.response, [...path, key, 'response']) : []
  })
}

function deepTexts(value: unknown, path: Path): readonly PartText[] {
  if (typeof value === 'string') return [{ text: value, role: 'tool', path }]
  if (Array.isArray(value)) return value.flatMap((item: unknown, at) => deepTexts(item, [...path, at]))
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => deepTexts(item, [...path, key])) : []
}
