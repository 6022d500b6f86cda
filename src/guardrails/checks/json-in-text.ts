/** Finds the JSON that a model wrote: all of the text, fenced blocks, or objects among its words. */
import { isObject, type JsonObject } from '../check-parameters.ts'

/** So many braces are looked at: a long text of nothing else must not take long. */
const mostBraces = 32

/** Every outermost JSON object of a text, in the likeliest order. */
export function findJsonObjects(text: string): readonly JsonObject[] {
  const whole = parseObject(text)
  if (whole !== undefined) return [whole]
  const blocks = [...text.matchAll(/```(?:json)?[ \t]*\n([\s\S]*?)```/gi)].map((match) => match[1] ?? '')
  const fenced = blocks.map(parseObject).filter((value) => value !== undefined)
  return [...fenced, ...objectsIn(text)]
}

/** undefined = it is no JSON object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** From each brace to the one that closes it, where that is JSON; a brace that opens none is passed by. */
function objectsIn(text: string): readonly JsonObject[] {
  const found: JsonObject[] = []
  let at = text.indexOf('{')
  for (let tries = 0; at >= 0 && tries < mostBraces; tries++) {
    const end = closingBrace(text, at)
    const value = end < 0 ? undefined : parseObject(text.slice(at, end + 1))
    if (value !== undefined) found.push(value)
    at = text.indexOf('{', value === undefined ? at + 1 : end + 1)
  }
  return found
}

/** -1 = it is never closed. Braces in strings do not count. */
function closingBrace(text: string, start: number): number {
  let depth = 0
  let isInString = false
  for (let at = start; at < text.length; at++) {
    const letter = text[at]
    if (isInString) {
      if (letter === '\\') at++
      else if (letter === '"') isInString = false
    } else if (letter === '"') isInString = true
    else if (letter === '{') depth++
    else if (letter === '}' && --depth === 0) return at
  }
  return -1
}
