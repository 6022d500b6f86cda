/** Cuts the text of an expression into tokens. Pure. */
import { invalid } from './errors.ts'

export interface Token {
  readonly type: 'name' | 'alias' | 'value' | 'index' | 'symbol' | 'end'
  readonly text: string
  readonly at: number
}

/** Names, `#aliases`, `:values`, list positions, and symbols, longest first. */
const pattern = /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>()[\],.+-]))/y

const kinds = ['name', 'alias', 'value', 'index', 'symbol'] as const

/** `kind` names the expression in errors, e.g. `ConditionExpression`. */
export function tokenize(kind: string, text: string): readonly Token[] {
  if (text.trim() === '') throw invalid(`Invalid ${kind}: The expression can not be empty;`)
  const tokens: Token[] = []
  pattern.lastIndex = 0
  let end = 0
  while (end < text.length) {
    const match = pattern.exec(text)
    if (match === null) {
      if (text.slice(end).trim() === '') break
      throw syntaxError(kind, text, { type: 'symbol', text: text.slice(end).trim()[0] ?? '', at: end })
    }
    end = pattern.lastIndex
    const group = match.findIndex((part, index) => index > 0 && part !== undefined)
    const found = match[group] ?? ''
    tokens.push({ type: kinds[group - 1] ?? 'symbol', text: found, at: end - found.length })
  }
  return [...tokens, { type: 'end', text: '<EOF>', at: text.length }]
}

export function syntaxError(kind: string, text: string, token: Token) {
  const near = token.type === 'end' ? text.slice(-12) : text.slice(Math.max(0, token.at - 6), token.at + 12)
  return invalid(`Invalid ${kind}: Syntax error; token: "${token.text}", near: "${near.trim()}"`)
}
