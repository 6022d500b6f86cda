/** Tells code from comments and strings in TypeScript text, well enough to search in it. Lines keep their numbers. */

export interface Literal {
  readonly value: string
  readonly line: number
}

export interface Lexed {
  /** Comments and the contents of strings, templates and regular expressions are blanks. */
  readonly code: string
  /** Only comments are blanks. */
  readonly uncommented: string
  /** Contents of strings, and of templates up to and between their holes. */
  readonly literals: readonly Literal[]
}

type Kind = 'code' | 'comment' | 'text'

/** Before a slash these mean that a regular expression begins, not a division. */
const beforeExpression = /(?:[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield|throw))\s*$|^\s*$/

class Lexer {
  readonly text: string
  readonly kinds: Kind[]
  readonly literals: Literal[] = []
  /** Braces open inside each hole of the templates we are in. */
  readonly holes: number[] = []
  at = 0

  constructor(text: string) {
    this.text = text
    this.kinds = new Array<Kind>(text.length).fill('code')
  }

  run(): void {
    while (this.at < this.text.length) this.step()
  }

  step(): void {
    const { text, at } = this
    const two = text.slice(at, at + 2)
    const one = text[at] ?? ''
    if (two === '//' || (two === '#!' && at === 0)) this.mark('comment', this.find('\n', at))
    else if (two === '/*') this.mark('comment', this.find('*/', at + 2) + 2)
    else if (one === "'" || one === '"') this.quoted(one)
    else if (one === '`') this.template()
    else if (
      one === '/' &&
      beforeExpression.test(
        text
          .slice(Math.max(0, at - 40), at)
          .split('\n')
          .at(-1) ?? '',
      )
    )
      this.expression()
    else this.plain(one)
  }

  plain(one: string): void {
    const depth = this.holes.at(-1)
    this.at += 1
    if (depth === undefined) return
    if (one === '{') this.holes[this.holes.length - 1] = depth + 1
    if (one !== '}') return
    if (depth > 0) this.holes[this.holes.length - 1] = depth - 1
    else {
      this.holes.pop()
      this.templatePart()
    }
  }

  quoted(quote: string): void {
    let end = this.at + 1
    while (end < this.text.length && this.text[end] !== quote && this.text[end] !== '\n')
      end += this.text[end] === '\\' ? 2 : 1
    this.literal(this.at + 1, end)
    this.at = end + 1
  }

  template(): void {
    this.at += 1
    this.templatePart()
  }

  /** From after the backtick, or after a hole, to the next hole or the closing backtick. */
  templatePart(): void {
    const start = this.at
    let end = start
    while (end < this.text.length && this.text[end] !== '`' && this.text.slice(end, end + 2) !== '${') {
      end += this.text[end] === '\\' ? 2 : 1
    }
    this.literal(start, end)
    if (this.text[end] === '`') this.at = end + 1
    else {
      this.holes.push(0)
      this.at = end + 2
    }
  }

  expression(): void {
    let end = this.at + 1
    let isInClass = false
    while (end < this.text.length && this.text[end] !== '\n' && (isInClass || this.text[end] !== '/')) {
      if (this.text[end] === '[') isInClass = true
      if (this.text[end] === ']') isInClass = false
      end += this.text[end] === '\\' ? 2 : 1
    }
    this.kinds.fill('text', this.at + 1, end)
    this.at = end + 1
  }

  literal(start: number, end: number): void {
    this.kinds.fill('text', start, end)
    this.literals.push({ value: this.text.slice(start, end), line: lineAt(this.text, start) })
  }

  mark(kind: Kind, end: number): void {
    this.kinds.fill(kind, this.at, end)
    this.at = end
  }

  find(part: string, from: number): number {
    const found = this.text.indexOf(part, from)
    return found === -1 ? this.text.length : found
  }
}

export function lex(text: string): Lexed {
  const lexer = new Lexer(text)
  lexer.run()
  const blank = (kinds: readonly Kind[]) =>
    Array.from({ length: text.length }, (_, index) =>
      text[index] !== '\n' && kinds.includes(lexer.kinds[index] ?? 'code') ? ' ' : text[index],
    ).join('')
  return { code: blank(['comment', 'text']), uncommented: blank(['comment']), literals: lexer.literals }
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
