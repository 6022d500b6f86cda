/** Reads the members of one object of a config, in either casing, and collects what is wrong instead of throwing. */
import { nearestNames } from '../nearest.ts'
import type { Params, Problem } from './config.ts'

/** `camelCase` or `kebab-case` → `snake_case`. */
function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_')
}

export function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One object of the config. Each reading takes a member; `close` names what nothing took. */
export class Fields {
  readonly path: string
  readonly #members = new Map<string, { readonly written: string; readonly value: unknown }>()
  readonly #asked = new Set<string>()
  readonly #problems: Problem[]

  constructor(value: Params, path: string, problems: Problem[]) {
    this.path = path
    this.#problems = problems
    for (const [written, member] of Object.entries(value)) {
      if (member === null || member === undefined) continue
      const key = snakeCase(written)
      if (this.#members.has(key)) this.wrong(written, `it is given twice, in two spellings; keep one`)
      else this.#members.set(key, { written, value: member })
    }
  }

  /** Every member's name, in snake_case. */
  keys(): readonly string[] {
    return [...this.#members.keys()]
  }

  has(key: string): boolean {
    return this.#members.has(key)
  }

  /** The first of these names that is there. */
  take(...keys: readonly string[]): unknown {
    for (const key of keys) this.#asked.add(key)
    const key = keys.find((each) => this.#members.has(each))
    return key === undefined ? undefined : this.#members.get(key)?.value
  }

  pathOf(key: string): string {
    return join(this.path, this.#members.get(key)?.written ?? key)
  }

  text(key: string): string | undefined {
    return this.#typed(key, 'a string that is not empty', (value) => typeof value === 'string' && value.trim() !== '')
  }

  flag(key: string, ...otherNames: readonly string[]): boolean | undefined {
    const value = this.take(key, ...otherNames)
    if (value === undefined || typeof value === 'boolean') return value
    this.wrong(key, `it is ${describe(value)}; it must be true or false`)
    return undefined
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T | undefined {
    const wanted = allowed.map((each) => `'${each}'`).join(' or ')
    return this.#typed(key, wanted, (value) => allowed.includes(value as T))
  }

  /** A whole number within bounds. */
  count(key: string, least: number, most: number): number | undefined {
    const isCount = (value: unknown) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    return this.#typed(key, `a whole number from ${least} to ${most}`, isCount)
  }

  number(key: string, least: number, most: number): number | undefined {
    const isNumber = (value: unknown) => typeof value === 'number' && value >= least && value <= most
    const upTo = most === Number.MAX_VALUE ? ' or more' : ` to ${most}`
    return this.#typed(key, `a number, ${least}${upTo}`, isNumber)
  }

  object(key: string): Params | undefined {
    return this.#typed(key, 'an object', isObject)
  }

  list(key: string): readonly unknown[] | undefined {
    return this.#typed(key, 'an array', Array.isArray)
  }

  texts(key: string): readonly string[] | undefined {
    const isTexts = (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === 'string')
    return this.#typed(key, 'an array of strings', isTexts)
  }

  statusCodes(key: string): readonly number[] | undefined {
    const isCode = (value: unknown) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599
    const isCodes = (value: unknown) => Array.isArray(value) && value.every(isCode)
    return this.#typed(key, 'an array of HTTP status numbers, 100 to 599', isCodes)
  }

  /** A list of some of these words. */
  words<const W extends string>(key: string, allowed: readonly W[]): readonly W[] | undefined {
    const isWord = (value: unknown) => allowed.some((word) => word === value)
    const areWords = (value: unknown) => Array.isArray(value) && value.every(isWord)
    return this.#typed(key, `an array of ${allowed.map((word) => `'${word}'`).join(', ')}`, areWords)
  }

  wrong(key: string, message: string): void {
    this.#problems.push({ path: this.pathOf(key), message, type: 'wrong' })
  }

  /** `isKnown` admits families of names that are read elsewhere. */
  close(isKnown: (key: string) => boolean = () => false): void {
    for (const [key, { written }] of this.#members) {
      if (this.#asked.has(key) || isKnown(key)) continue
      const [near] = nearestNames(key, [...this.#asked], 1)
      const advice = near === undefined ? `known are ${[...this.#asked].join(', ')}` : `did you mean '${near}'?`
      this.#problems.push({
        path: join(this.path, written),
        message: `this key is not known; ${advice}`,
        type: 'unknown',
      })
    }
  }

  #typed<T>(key: string, wanted: string, is: (value: unknown) => boolean): T | undefined {
    const value = this.take(key)
    if (value === undefined) return undefined
    if (is(value)) return value as T
    this.wrong(key, `it is ${describe(value)}; it must be ${wanted}`)
    return undefined
  }
}

/** `''` is the root, whose members are named without a prefix. */
function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** Kinds, not contents, for strings that may be secrets. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty' : `a string of ${value.length} characters`
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === 'object' ? 'an object' : String(value)
}
