/** The names that stand for personal data in one request. In memory only, gone with the request, written nowhere. */

interface Entry {
  readonly name: string
  readonly value: string
  isRestorable: boolean
}

/** What a placeholder looks like; models sometimes put spaces in. */
export const placeholderPattern = /\{\{ ?([A-Z][A-Z_]{1,30}_\d{1,6}) ?\}\}/g

export class Placeholders {
  readonly #byValue = new Map<string, Entry>()
  readonly #byName = new Map<string, Entry>()
  readonly #counts = new Map<string, number>()
  readonly #reserved = new Set<string>()

  /** Names that a text has already, put there by somebody else: they are not given again. */
  reserve(text: string): void {
    for (const [, name = ''] of text.matchAll(placeholderPattern)) this.#reserved.add(`{{${name}}}`)
  }

  /** One value has one name, `{{EMAIL_ADDRESS_1}}`, in all the texts of a request; counted in the order of finding. */
  nameOf(category: string, value: string, options: { readonly isRestorable: boolean }): string {
    const key = `${category} ${value}`
    const known = this.#byValue.get(key)
    if (known !== undefined) {
      known.isRestorable ||= options.isRestorable
      return known.name
    }
    const entry = { name: this.#nextName(category), value, ...options }
    this.#byValue.set(key, entry)
    this.#byName.set(entry.name, entry)
    return entry.name
  }

  #nextName(category: string): string {
    for (;;) {
      const count = (this.#counts.get(category) ?? 0) + 1
      this.#counts.set(category, count)
      const name = `{{${category}_${count}}}`
      if (!this.#reserved.has(name)) return name
    }
  }

  /** The value that an answer may be given back; `name` with its braces. */
  valueOf(name: string): string | undefined {
    const entry = this.#byName.get(name)
    return entry?.isRestorable === true ? entry.value : undefined
  }

  get restorable(): readonly string[] {
    return [...this.#byName.values()].flatMap(({ name, isRestorable }) => (isRestorable ? [name] : []))
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0
  }

  /** The text with every value replaced by its name, also where JSON has escaped it (once, or in a string of JSON). */
  hide(text: string): string {
    let hidden = text
    const byLength = [...this.#byName.values()].sort((left, right) => right.value.length - left.value.length)
    for (const { name, value } of byLength) {
      const once = JSON.stringify(value).slice(1, -1)
      const twice = JSON.stringify(once).slice(1, -1)
      for (const form of new Set([twice, once, value])) hidden = hideForm(hidden, form, name)
    }
    return hidden
  }
}

/** A short number is not looked for inside of longer ones; where it stands as a number of JSON, the name takes quotation marks with it. */
function hideForm(text: string, form: string, name: string): string {
  if (!/^\d{1,9}$/.test(form)) return text.replaceAll(form, name)
  return text.replace(new RegExp(`(?<!\\d)${form}(?!\\d)`, 'g'), (_, at: number) =>
    /(?<!\\)":\s?$/.test(text.slice(Math.max(0, at - 4), at)) ? `"${name}"` : name,
  )
}
