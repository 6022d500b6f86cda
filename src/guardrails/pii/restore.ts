/** Gives an answer back what was taken out of its question: in texts, whole bodies, and streams whose placeholders come in pieces. */
import type { InferenceEvent } from '../../inference/index.ts'
import { type Placeholders, placeholderPattern } from './placeholders.ts'

/** Where the value goes: as it is, or into a string of JSON text. */
export type RestoreForm = 'text' | 'json'

export function restoreText(text: string, placeholders: Placeholders, form: RestoreForm = 'text'): string {
  if (!text.includes('{{')) return text
  return text.replace(placeholderPattern, (written, name: string) => {
    const value = placeholders.valueOf(`{{${name}}}`)
    if (value === undefined) return written
    return form === 'text' ? value : JSON.stringify(value).slice(1, -1)
  })
}

/** Signed or sealed by the provider: the client sends it back as it came. */
const sealedKeys: ReadonlySet<string> = new Set(['thinking', 'signature', 'encrypted_content', 'reasoning_details'])
const sealedTypes: ReadonlySet<unknown> = new Set(['thinking', 'redacted_thinking', 'reasoning'])

/** Every string of a body; `arguments` is JSON text in a string. */
export function restoreJson(value: unknown, placeholders: Placeholders, key = ''): unknown {
  if (typeof value === 'string') return restoreText(value, placeholders, key === 'arguments' ? 'json' : 'text')
  if (Array.isArray(value)) return value.map((each: unknown) => restoreJson(each, placeholders, key))
  if (typeof value !== 'object' || value === null) return value
  if ('type' in value && sealedTypes.has(value.type)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => [
      name,
      sealedKeys.has(name) ? each : restoreJson(each, placeholders, name),
    ]),
  )
}

/** The longest placeholder there can be, with its braces and spaces. */
const longestName = 44
const beginning = /^\{(?:\{ ?(?:[A-Z][A-Z_]{0,31}(?:\d{1,6} ?\}?)?)?)?$/

/** One text in pieces: what may be the beginning of a placeholder that was given waits for the next piece. */
export class TextRestorer {
  readonly #placeholders: Placeholders
  readonly #form: RestoreForm
  #held = ''

  constructor(placeholders: Placeholders, form: RestoreForm) {
    this.#placeholders = placeholders
    this.#form = form
  }

  push(piece: string): string {
    const text = this.#held + piece
    const from = this.#heldFrom(text)
    this.#held = text.slice(from)
    return restoreText(text.slice(0, from), this.#placeholders, this.#form)
  }

  /** What was held, when no more comes. */
  end(): string {
    const rest = this.#held
    this.#held = ''
    return rest
  }

  #heldFrom(text: string): number {
    const { restorable } = this.#placeholders
    for (let at = Math.max(0, text.length - longestName); at < text.length; at++) {
      if (text[at] !== '{') continue
      const tail = text.slice(at)
      const plain = tail.replaceAll(' ', '')
      if (beginning.test(tail) && restorable.some((name) => name.startsWith(plain))) return at
    }
    return text.length
  }
}

/** Events in, events out. Thinking stays as it is: it may be signed. */
export class EventRestorer {
  readonly #placeholders: Placeholders
  readonly #open = new Map<number, TextRestorer>()

  constructor(placeholders: Placeholders) {
    this.#placeholders = placeholders
  }

  push(events: readonly InferenceEvent[]): readonly InferenceEvent[] {
    return events.flatMap((event) => this.#restore(event))
  }

  #restore(event: InferenceEvent): readonly InferenceEvent[] {
    if (event.type === 'block-start') {
      const { type } = event.block
      const form = type === 'tool-call' ? 'json' : 'text'
      if (type !== 'reasoning' && type !== 'other')
        this.#open.set(event.index, new TextRestorer(this.#placeholders, form))
      return [event]
    }
    if (event.type === 'block-delta') {
      const restorer = this.#open.get(event.index)
      if (restorer === undefined) return [event]
      const text = restorer.push(event.text)
      return text === '' ? [] : [{ ...event, text }]
    }
    if (event.type === 'block-end') return [...this.#flush(event.index), event]
    if (event.type === 'response-end' || event.type === 'error')
      return [...[...this.#open.keys()].flatMap((index) => this.#flush(index)), event]
    return [event]
  }

  #flush(index: number): readonly InferenceEvent[] {
    const text = this.#open.get(index)?.end() ?? ''
    this.#open.delete(index)
    return text === '' ? [] : [{ type: 'block-delta', index, text }]
  }
}
