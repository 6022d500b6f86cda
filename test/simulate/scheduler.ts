/** Deterministic concurrency: every call to the outside waits here until the dice choose it; owners can die in between. */

/** A seeded generator of numbers in [0, 1). */
export interface Dice {
  (): number
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0
  // mulberry32
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const between = (low: number, high: number) => low + Math.floor(roll() * (high - low + 1))
  return Object.assign(roll, {
    between,
    chance: (probability: number) => roll() < probability,
    pick: <T>(list: readonly T[]) => list[between(0, list.length - 1)] as T,
  })
}

export type Fate = 'works' | 'lost-request' | 'lost-answer' | 'late'

interface Pending {
  readonly owner: string
  readonly kind: 'request' | 'answer'
  readonly run: () => Promise<void> | void
}

export class Scheduler {
  readonly dice: Dice
  readonly #pending: Pending[] = []
  readonly #dead = new Set<string>()
  /** Share of calls that do not simply work. */
  faultRate: number

  constructor(dice: Dice, faultRate: number) {
    this.dice = dice
    this.faultRate = faultRate
  }

  get size(): number {
    return this.#pending.length
  }

  /** One call to the outside: sent, at some time carried out, at some time answered. A dead owner gets no answer. */
  call<T>(owner: string, effect: () => Promise<T>): Promise<T> {
    if (this.#dead.has(owner)) return new Promise(() => {})
    const fate = this.#rollFate()
    return new Promise<T>((resolve, reject) => {
      const answer = (run: () => void) => {
        if (!this.#dead.has(owner)) this.#pending.push({ owner, kind: 'answer', run })
      }
      const lost = () => answer(() => reject(new Error('simulated: the outcome is unknown')))
      const carryOut = async () => {
        if (fate === 'lost-request') return lost()
        if (fate === 'late') {
          lost()
          this.#pending.push({ owner: 'network', kind: 'request', run: () => effect().then(ignore, ignore) })
          return
        }
        try {
          const value = await effect()
          if (fate === 'lost-answer') lost()
          else answer(() => resolve(value))
        } catch (thrown) {
          answer(() => reject(thrown))
        }
      }
      this.#pending.push({ owner, kind: 'request', run: carryOut })
    })
  }

  /** A pause that ends when the dice say so. */
  turn(owner: string): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#dead.has(owner)) this.#pending.push({ owner, kind: 'answer', run: resolve })
    })
  }

  /** Nobody of this name runs on. What it had sent may still arrive. */
  kill(owner: string): void {
    this.#dead.add(owner)
    for (let index = this.#pending.length - 1; index >= 0; index--) {
      const entry = this.#pending[index]
      if (entry?.owner !== owner) continue
      if (entry.kind === 'answer' || this.dice.chance(0.5)) this.#pending.splice(index, 1)
    }
  }

  /** Carries out one pending call or answer, and lets everybody run until they wait again. */
  async step(): Promise<void> {
    const [entry] = this.#pending.splice(this.dice.between(0, this.#pending.length - 1), 1)
    await entry?.run()
    await new Promise((resolve) => setImmediate(resolve))
  }

  #rollFate(): Fate {
    if (!this.dice.chance(this.faultRate)) return 'works'
    return this.dice.pick(['lost-request', 'lost-answer', 'late'] as const)
  }
}

/** Nobody waits for it. */
function ignore(): void {}
