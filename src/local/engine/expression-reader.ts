/** Reads tokens one after the other: what the parsers of conditions, updates and projections share. */
import { invalid } from './errors.ts'
import { syntaxError, type Token, tokenize } from './expression-tokens.ts'
import type { Parsed, Path } from './expression-tree.ts'
import { isReserved } from './reserved-words.ts'

const keywords: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'BETWEEN', 'IN', 'SET', 'REMOVE', 'ADD', 'DELETE'])

export class ExpressionReader {
  readonly #kind: string
  readonly #text: string
  readonly #tokens: readonly Token[]
  readonly #aliases = new Set<string>()
  readonly #values = new Set<string>()
  #next = 0

  constructor(kind: string, text: string) {
    this.#kind = kind
    this.#text = text
    this.#tokens = tokenize(kind, text)
  }

  peek(ahead = 0): Token {
    return (this.#tokens[this.#next + ahead] ?? this.#tokens.at(-1)) as Token
  }

  take(): Token {
    const token = this.peek()
    this.#next += 1
    return token
  }

  takeSymbol(text: string): boolean {
    const token = this.peek()
    const isThere = token.type === 'symbol' && token.text === text
    if (isThere) this.#next += 1
    return isThere
  }

  needSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.unexpected()
  }

  isKeyword(word: string): boolean {
    const token = this.peek()
    return token.type === 'name' && token.text.toUpperCase() === word
  }

  takeKeyword(word: string): boolean {
    const isThere = this.isKeyword(word)
    if (isThere) this.#next += 1
    return isThere
  }

  /** True for `word(`: functions are told from attributes by their bracket. */
  isCall(): boolean {
    const bracket = this.peek(1)
    return this.peek().type === 'name' && bracket.type === 'symbol' && bracket.text === '('
  }

  unexpected(): Error {
    return syntaxError(this.#kind, this.#text, this.peek())
  }

  refuse(message: string): Error {
    return invalid(`Invalid ${this.#kind}: ${message}`)
  }

  value(): string {
    const token = this.peek()
    if (token.type !== 'value') throw this.unexpected()
    this.#next += 1
    this.#values.add(token.text)
    return token.text
  }

  path(): Path {
    const path: (string | number)[] = [this.#pathName()]
    for (;;) {
      if (this.takeSymbol('.')) path.push(this.#pathName())
      else if (this.takeSymbol('[')) {
        if (this.peek().type !== 'index') throw this.unexpected()
        path.push(Number(this.take().text))
        this.needSymbol(']')
      } else return path
    }
  }

  #pathName(): string {
    const token = this.peek()
    if (token.type === 'alias') this.#aliases.add(token.text)
    else if (token.type !== 'name' || keywords.has(token.text.toUpperCase())) throw this.unexpected()
    else if (isReserved(token.text))
      throw this.refuse(`Attribute name is a reserved keyword; reserved keyword: ${token.text}`)
    this.#next += 1
    return token.text
  }

  /** The whole text must have been read. */
  finish<T>(tree: T): Parsed<T> {
    if (this.peek().type !== 'end') throw this.unexpected()
    return { kind: this.#kind, tree, aliases: [...this.#aliases], values: [...this.#values] }
  }
}
