/** The budgets: lines of files and functions, and lines that occur twice. */
import { lineAt } from './lexer.ts'
import { breach, type Source } from './sources.ts'

const longestFile = 400
const longestFunction = 60
/** State machines of the streams. */
const longestStream = 120
const run = 8

export function findLongFiles(source: Source): readonly string[] {
  const { length } = source.lines
  return length > longestFile ? [breach(source, length, `${length} lines, at most ${longestFile}`)] : []
}

/** `part` 0.5 = the median. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}

/** A declared function, an arrow with a body, a method. */
const heads =
  /\bfunction\b\s*\*?\s*(\w*)|^ *(?:(?:export|async|static|get|set|private|protected|override|\*) +)*(?!if\b|for\b|while\b|switch\b|catch\b|with\b|return\b|function\b)([\w$]+)(?:<[^>\n]*>)?\(|=>\s*\{/gm

export function findLongFunctions(source: Source): readonly string[] {
  const limit = /\/stream[\w-]*\.ts$/.test(source.path) ? longestStream : longestFunction
  return functionsOf(source)
    .filter(({ lines }) => lines > limit)
    .map(({ name, line, lines }) => breach(source, line, `function ${name} has ${lines} lines, at most ${limit}`))
}

export function functionsOf({ code }: Pick<Source, 'code'>): readonly { name: string; line: number; lines: number }[] {
  return [...code.matchAll(heads)].flatMap((match) => {
    const end = match.index + match[0].length
    const open = match[0].endsWith('{')
      ? end - 1
      : bodyAfter(code, match[0].endsWith('(') ? end - 1 : code.indexOf('(', end))
    const close = open === undefined ? undefined : closing(code, open)
    if (close === undefined) return []
    const line = lineAt(code, match.index + match[0].search(/\S/))
    return [{ name: match[1] || match[2] || '(arrow)', line, lines: lineAt(code, close) - line + 1 }]
  })
}

/** Where the body opens after a parameter list; undefined = it is a call, an overload or a type. */
function bodyAfter(code: string, openParenthesis: number): number | undefined {
  const close = openParenthesis === -1 ? undefined : closing(code, openParenthesis)
  if (close === undefined) return undefined
  const rest = code.slice(close + 1)
  const direct = /^\s*\{/.exec(rest)
  if (direct !== null) return close + direct[0].length
  const typed = /^\s*:[^\n;=]*?(?:\{[^{}\n]*\}[^\n;={}]*)*\{\s*\n/.exec(rest)
  return typed === null ? undefined : close + 1 + typed[0].lastIndexOf('{')
}

const pairs: Readonly<Record<string, string>> = { '(': ')', '{': '}' }

function closing(code: string, open: number): number | undefined {
  const opener = code[open] ?? ''
  const closer = pairs[opener]
  let depth = 0
  for (let at = open; at < code.length; at++) {
    if (code[at] === opener) depth += 1
    if (code[at] === closer) depth -= 1
    if (depth === 0) return at
  }
  return undefined
}

export interface Repetition {
  /** Repeated lines among all lines. */
  readonly share: number
  /** `file:line` of each later occurrence and of the first. */
  readonly places: readonly string[]
}

/** Lines in runs of eight that stand somewhere else too; imports, blanks and lone brackets do not count. */
export function findRepetition(sources: readonly Source[]): Repetition {
  const first = new Map<string, { readonly source: Source; readonly index: number }>()
  const repeated = new Set<string>()
  const places: string[] = []
  let total = 0
  for (const source of sources) {
    const lines = significant(source)
    total += lines.length
    let last = -run
    for (let index = 0; index + run <= lines.length; index++) {
      const text = lines
        .slice(index, index + run)
        .map((line) => line.text)
        .join('\n')
      const before = first.get(text)
      if (before === undefined) first.set(text, { source, index })
      else {
        for (const line of lines.slice(index, index + run)) repeated.add(`${source.path}:${line.number}`)
        const there = significant(before.source)[before.index]?.number
        if (index > last + 1)
          places.push(breach(source, lines[index]?.number ?? 0, `as ${before.source.path}:${there}`))
        last = index
      }
    }
  }
  return { share: total === 0 ? 0 : repeated.size / total, places }
}

function significant({ lines }: Source): readonly { readonly text: string; readonly number: number }[] {
  return lines
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter(({ text }) => /\w/.test(text) && !/^(?:import|export)\b.*\bfrom\b|^(?:\/?\*|\/\/)/.test(text))
}
