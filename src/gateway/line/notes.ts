/** What a feature remembers of one request, under a key of its own, so that the line need not know the feature. */

/** One for each kind of note; made once, when its file is loaded. */
export class NoteKey<T> {
  /** The note of a request that has none yet. */
  readonly create: () => T

  constructor(create: () => T) {
    this.create = create
  }
}

export class Notes {
  #notes: Map<NoteKey<unknown>, unknown> | undefined

  /** This request's note; made with its first use. */
  of<T>(key: NoteKey<T>): T {
    const known = this.find(key)
    if (known !== undefined) return known
    const made = key.create()
    this.#notes ??= new Map()
    this.#notes.set(key, made)
    return made
  }

  /** undefined = this request has none. */
  find<T>(key: NoteKey<T>): T | undefined {
    return this.#notes?.get(key) as T | undefined
  }
}
