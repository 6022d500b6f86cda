/** Finds the JSON that a model wrote: all of the text, a fenced block, or the first object in it. */
import { isObject, type JsonObject } from '../given.ts'

/** undefined = there is none. */
export function findJson(text: string): JsonObject | undefined {
  const fenced = [...text.matchAll(/```(?:json)?[ \t]*\n([\s\S]*?)```/gi)].map((match) => match[1] ?? '')
  for (const candidate of [text, ...fenced]) {
    const value = parseObject(candidate)
    if (value !== undefined) return value
  }
  return firstObject(text)
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

/** From the first brace to the one that closes it; braces in strings do not count. */
function firstObject(text: string): JsonObject | undefined {
  const start = text.indexOf('{')
  if (start < 0) return undefined
  let depth = 0
  let isInString = false
  for (let at = start; at < text.length; at++) {
    const letter = text[at]
    if (isInString) {
      if (letter === '\\') at++
      else if (letter === '"') isInString = false
    } else if (letter === '"') isInString = true
    else if (letter === '{') depth++
    else if (letter === '}' && --depth === 0) return parseObject(text.slice(start, at + 1))
  }
  return undefined
}
