/** How many tokens each response holds that a provider stored: what a request that continues it begins with. Known for responses that this process has answered. */

type JsonObject = Readonly<Record<string, unknown>>

/** Where the memory is full, the oldest go. */
const mostKept = 20_000

export class StoredResponses {
  readonly #tokens = new Map<string, number>()

  /** Input and output tokens as the provider counted them; together they are at most what the next turn begins with. */
  remember(accountId: string, responseId: string, tokens: number): void {
    if (responseId === '') return
    this.#tokens.set(keyOf(accountId, responseId), tokens)
    const [oldest] = this.#tokens.keys()
    if (this.#tokens.size > mostKept && oldest !== undefined) this.#tokens.delete(oldest)
  }

  /** Of the response that a body continues; undefined = it continues none, or nothing is known of it. */
  continuedBy(accountId: string, { previous_response_id: previous }: JsonObject): number | undefined {
    return typeof previous === 'string' ? this.#tokens.get(keyOf(accountId, previous)) : undefined
  }
}

function keyOf(accountId: string, responseId: string): string {
  return `${accountId} ${responseId}`
}
