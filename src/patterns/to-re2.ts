/** Rewrites a JavaScript regular expression in RE2's syntax where both mean the same, so that it can be matched in linear time. */

export interface Re2Source {
  readonly source: string
  /** It, or a group that repeats, can match nothing: RE2 and JavaScript may then agree on whether, and differ on what. */
  readonly matchesEmpty: boolean
}

/** What JavaScript takes for whitespace, and RE2 does not (ECMA-262 §22.2.2.9). */
const whitespace: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]
const lineEnds = '\\n\\r\\x{2028}\\x{2029}'
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }
const understood = /^[gimsu]*$/

type Range = readonly [number, number]

/** undefined = it needs backtracking (lookaround, backreferences) or is written in a way whose meaning may differ. `source` is a valid regular expression. */
export function toRe2(source: string, flags: string): Re2Source | undefined {
  if (!understood.test(flags) || /[\ud800-\udfff]/.test(source)) return undefined
  try {
    return new Translation(source, flags).run()
  } catch (thrown) {
    if (thrown instanceof Untranslatable) return undefined
    throw thrown
  }
}

class Untranslatable extends Error {}

/** What one group knows of itself while it is read. */
interface Group {
  /** All of this alternative so far can match nothing. */
  isEmptySoFar: boolean
  /** An earlier alternative can. */
  canBeEmpty: boolean
}

class Translation {
  readonly #source: string
  readonly #flags: string
  readonly #groups: Group[] = [{ isEmptySoFar: true, canBeEmpty: false }]
  #at = 0
  #written = ''
  #repeatsEmpty = false

  constructor(source: string, flags: string) {
    this.#source = source
    this.#flags = flags
  }

  run(): Re2Source {
    while (this.#at < this.#source.length) this.#readOne()
    const { isEmptySoFar, canBeEmpty } = this.#group
    return { source: this.#written, matchesEmpty: isEmptySoFar || canBeEmpty || this.#repeatsEmpty }
  }

  get #group(): Group {
    const group = this.#groups.at(-1)
    if (group === undefined) throw new Untranslatable()
    return group
  }

  #readOne(): void {
    const char = this.#source[this.#at] ?? ''
    this.#at += 1
    if (char === '(') this.#open()
    else if (char === ')') this.#close()
    else if (char === '|') {
      this.#written += '|'
      this.#group.canBeEmpty ||= this.#group.isEmptySoFar
      this.#group.isEmptySoFar = true
    } else if (char === '^' || char === '$') this.#anchor(char)
    else if (char === '.') this.#atom(this.#flags.includes('s') ? '(?s:.)' : `[^${lineEnds}]`)
    else if (char === '[') this.#atom(this.#readClass())
    else if (char === '\\') this.#readEscape()
    else this.#atom(literal(char))
  }

  /** RE2 knows one line end, JavaScript four. */
  #anchor(char: '^' | '$'): void {
    if (this.#flags.includes('m')) throw new Untranslatable()
    this.#written += char === '^' ? '\\A' : '\\z'
  }

  #open(): void {
    const [opening = '', name] = /^\((?:\?:|\?<[^=!>]+>)?/.exec(this.#source.slice(this.#at - 1)) ?? []
    if (this.#source[this.#at - 1 + opening.length] === '?' || name !== undefined) throw new Untranslatable()
    this.#at += opening.length - 1
    this.#written += '(?:'
    this.#groups.push({ isEmptySoFar: true, canBeEmpty: false })
  }

  #close(): void {
    const { isEmptySoFar, canBeEmpty } = this.#group
    this.#groups.pop()
    this.#written += ')'
    this.#repeat(isEmptySoFar || canBeEmpty)
  }

  #atom(written: string): void {
    this.#written += written
    this.#repeat(false)
  }

  /** What may follow an atom or group: how often. */
  #repeat(isEmpty: boolean): void {
    const [quantifier = '', least = ''] = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(this.#source.slice(this.#at)) ?? []
    this.#at += quantifier.length
    this.#written += quantifier
    const isOptional = quantifier.startsWith('*') || quantifier.startsWith('?') || /^0+$/.test(least)
    if (isEmpty && quantifier !== '') this.#repeatsEmpty = true
    if (!isEmpty && !isOptional) this.#group.isEmptySoFar = false
  }

  #readEscape(): void {
    const char = this.#source[this.#at] ?? ''
    if (char === 'b' || char === 'B') {
      this.#at += 1
      this.#written += `\\${char}`
      return
    }
    const members = this.#classEscape()
    this.#atom(members === undefined ? codePoint(this.#charEscape()) : `[${members}]`)
  }

  /** `\d` and the like as members of a class; undefined = the escape is one character. */
  #classEscape(): string | undefined {
    const char = this.#source[this.#at] ?? ''
    if (!/[dDwWsS]/.test(char)) return undefined
    this.#at += 1
    if (char === 's') return whitespace.map(member).join('')
    return char === 'S' ? complement(whitespace).map(member).join('') : `\\${char}`
  }

  #charEscape(): number {
    const rest = this.#source.slice(this.#at)
    const [written, digits] =
      /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|0(?!\d)|c[A-Za-z]|[tnvfr]|[^\w\s])/.exec(rest) ?? []
    if (written === undefined) throw new Untranslatable()
    this.#at += written.length
    const [first = ''] = written
    const code = this.#codeOf(first, written, digits)
    if (code >= 0xd800 && code <= 0xdfff) throw new Untranslatable()
    return code
  }

  #codeOf(first: string, written: string, digits: string | undefined): number {
    if (digits !== undefined || first === 'u') return Number.parseInt(written.slice(1), 16)
    if (first === '0') return 0
    if (first === 'c') return written.charCodeAt(1) % 32
    return controls[first] ?? first.charCodeAt(0)
  }

  #readClass(): string {
    const isNegated = this.#source[this.#at] === '^'
    if (isNegated) this.#at += 1
    let members = ''
    while (this.#source[this.#at] !== ']') {
      const from = this.#classMember()
      const isRange = this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']'
      if (!isRange) {
        members += typeof from === 'number' ? codePoint(from) : from
        continue
      }
      this.#at += 1
      const to = this.#classMember()
      if (typeof from !== 'number' || typeof to !== 'number') throw new Untranslatable()
      members += member([from, to])
    }
    this.#at += 1
    if (members === '') return isNegated ? '(?s:.)' : '[^\\x00-\\x{10FFFF}]'
    return `[${isNegated ? '^' : ''}${members}]`
  }

  #classMember(): number | string {
    const char = this.#source[this.#at] ?? ''
    this.#at += 1
    if (char !== '\\') return char.charCodeAt(0)
    if (this.#source[this.#at] === 'b') {
      this.#at += 1
      return 8
    }
    return this.#classEscape() ?? this.#charEscape()
  }
}

function literal(char: string): string {
  return /\w/.test(char) ? char : codePoint(char.charCodeAt(0))
}

function codePoint(code: number): string {
  return `\\x{${code.toString(16)}}`
}

function member([from, to]: Range): string {
  return from === to ? codePoint(from) : `${codePoint(from)}-${codePoint(to)}`
}

function complement(ranges: readonly Range[]): readonly Range[] {
  const starts = [0, ...ranges.map(([, to]) => to + 1)]
  const ends = [...ranges.map(([from]) => from - 1), 0x10ffff]
  return starts.map((start, at): Range => [start, ends[at] ?? 0x10ffff])
}
