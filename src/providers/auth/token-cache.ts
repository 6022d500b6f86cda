/** Short-lived credentials, kept until shortly before they end; one refresh at a time for each. */
import { createHash } from 'node:crypto'

export interface Expiring<T> {
  readonly value: T
  readonly expiresAtMs: number
}

/** Refreshed this long before its end, so that none ends on its way. */
const marginMs = 5 * 60_000
/** Enough for every integration of an organisation; the oldest goes first. */
const maxTokens = 500

export class TokenCache {
  private readonly kept = new Map<string, Expiring<unknown>>()
  private readonly pending = new Map<string, Promise<unknown>>()

  /**
   * `parts` is everything the token depends on, secrets included; only its hash is kept. While a token still holds, a
   * refresh that fails is not an error.
   */
  async read<T>(parts: readonly string[], nowMs: number, refresh: () => Promise<Expiring<T>>): Promise<T> {
    const name = createHash('sha256').update(JSON.stringify(parts)).digest('base64')
    const kept = this.kept.get(name) as Expiring<T> | undefined
    if (kept !== undefined && nowMs < kept.expiresAtMs - marginMs) return kept.value
    try {
      return await this.refreshOnce(name, refresh)
    } catch (error) {
      if (kept !== undefined && nowMs < kept.expiresAtMs) return kept.value
      throw error
    }
  }

  private refreshOnce<T>(name: string, refresh: () => Promise<Expiring<T>>): Promise<T> {
    const running = this.pending.get(name) as Promise<T> | undefined
    if (running !== undefined) return running
    const started = refresh()
      .then((token) => this.keep(name, token))
      .finally(() => this.pending.delete(name))
    this.pending.set(name, started)
    return started
  }

  private keep<T>(name: string, token: Expiring<T>): T {
    this.kept.delete(name)
    this.kept.set(name, token)
    const oldest = this.kept.keys().next().value
    if (this.kept.size > maxTokens && oldest !== undefined) this.kept.delete(oldest)
    return token.value
  }
}
