/** Reads the parameters of one check, each with its default. What is wrong is told with its place. */
import { GatewayError } from '../errors.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function invalid(message: string, param: string): GatewayError {
  return new GatewayError('invalid_request', message, { param })
}

/** The parameters of a check; null counts as absent. */
export class CheckParameters {
  readonly values: JsonObject
  readonly where: string
  /** Where the vault keeps its `credentials`, of which `values` has masks only; absent = they are in `values`, or there are none. */
  readonly secretName?: string

  constructor(values: JsonObject, where: string, secretName?: string) {
    this.values = values
    this.where = where
    if (secretName !== undefined) this.secretName = secretName
  }

  text(key: string): string {
    const value = this.optionalText(key)
    if (value !== undefined && value !== '') return value
    throw invalid(`${this.where}.${key} is missing; give a string`, `${this.where}.${key}`)
  }

  optionalText(key: string): string | undefined {
    return this.#read(key, 'a string', (value) => typeof value === 'string')
  }

  number(key: string, fallback: number): number {
    return this.#read<number>(key, 'a number', Number.isFinite) ?? fallback
  }

  flag(key: string): boolean {
    return this.flagOr(key, false)
  }

  flagOr(key: string, fallback: boolean): boolean {
    return this.optionalFlag(key) ?? fallback
  }

  optionalFlag(key: string): boolean | undefined {
    return this.#read<boolean>(key, 'true or false', (value) => typeof value === 'boolean')
  }

  object(key: string): JsonObject {
    return this.#read<JsonObject>(key, 'an object', isObject) ?? {}
  }

  /** Names, as a list or as one string with commas between them, which is how a form sends it. */
  texts(key: string): readonly string[] {
    const value = this.values[key]
    if (typeof value === 'string') return splitList(value)
    return this.passages(key)
  }

  /** Whole sentences: a single string counts as a list of one. */
  passages(key: string): readonly string[] {
    const value = this.values[key]
    if (typeof value === 'string') return value === '' ? [] : [value]
    const isTexts = (list: unknown) => Array.isArray(list) && list.every((each) => typeof each === 'string')
    return this.#read<readonly string[]>(key, 'a list of strings', isTexts) ?? []
  }

  someTexts(key: string): readonly string[] {
    return this.#some(key, this.texts(key))
  }

  somePassages(key: string): readonly string[] {
    return this.#some(key, this.passages(key))
  }

  /** As it is, or what its JSON text says, which is how a form sends it; undefined = absent. */
  json(key: string): unknown {
    const value = this.values[key] ?? undefined
    if (typeof value !== 'string' || value.trim() === '') return value === '' ? undefined : value
    try {
      return JSON.parse(value)
    } catch {
      throw invalid(
        `${this.where}.${key} is a text that is not JSON; give an object, or the JSON text of one`,
        `${this.where}.${key}`,
      )
    }
  }

  #some(key: string, list: readonly string[]): readonly string[] {
    if (list.length > 0) return list
    throw invalid(`${this.where}.${key} is empty; give a list of strings`, `${this.where}.${key}`)
  }

  choice<T extends string>(key: string, allowed: readonly [T, ...T[]]): T {
    const isAllowed = (value: unknown) => allowed.some((each) => each === value)
    return this.#read<T>(key, `one of ${allowed.map((each) => `'${each}'`).join(', ')}`, isAllowed) ?? allowed[0]
  }

  #read<T>(key: string, allowed: string, isRight: (value: unknown) => boolean): T | undefined {
    const value = this.values[key] ?? undefined
    if (value === undefined || isRight(value)) return value as T | undefined
    const shown = typeof value === 'object' ? 'an object or list' : `'${String(value).slice(0, 60)}'`
    throw invalid(`${this.where}.${key} is ${shown}; it must be ${allowed}`, `${this.where}.${key}`)
  }
}

/** The parts between commas, without spaces around them; empty ones are left out. */
export function splitList(text: string): readonly string[] {
  return text.split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]))
}
