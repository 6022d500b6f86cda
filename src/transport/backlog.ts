/** Work that goes on after a client has its answer, bounded: who comes while there is too much of it waits until half is done. */

export class Backlog {
  readonly #most: number
  #waiting: (() => void)[] = []
  #unfinished = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Resolves when there is room; undefined = there is. */
  room(): Promise<void> | undefined {
    if (this.#unfinished <= this.#most && this.#waiting.length === 0) return undefined
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** One more piece of work, from now until what is returned is called. */
  enter(): () => void {
    this.#unfinished += 1
    return () => {
      this.#unfinished -= 1
      if (this.#unfinished <= this.#most / 2) this.#admitAll()
    }
  }

  #admitAll(): void {
    const admitted = this.#waiting
    this.#waiting = []
    for (const admit of admitted) admit()
  }
}
