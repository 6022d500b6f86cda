/** Waits for a condition of the world outside, and says what it waited for when it does not come. */

/** `find` is asked again until it gives something; undefined and false are nothing. */
export async function until<T>(what: string, withinMs: number, find: () => Promise<T | undefined | false>): Promise<T> {
  const giveUpAtMs = Date.now() + withinMs
  for (;;) {
    const found = await find()
    if (found !== undefined && found !== false) return found
    if (Date.now() > giveUpAtMs) throw new Error(`after ${withinMs / 1_000} s it is not so that ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
