/** Takes a target that keeps failing out of service for a while, on every instance, and tries it again with one request at a time. */
import type { Ambient } from '../ambient.ts'
import { addTo, type BreakerStore, type Circuit, closedCircuit, isTooMuch, windowStartAt } from './circuit.ts'
import type { BreakerSetting } from './config.ts'

const youngMs = 2_000
const probeMs = 60_000
const keptMs = 86_400_000
/** Successes are only counted where a share is asked for, and told to the others in batches. */
const batchSize = 20
const batchMs = 5_000
const mostKnown = 10_000

interface Known {
  circuit: Circuit
  readAtMs: number
  /** Requests counted here and not yet shared. */
  unsaid: number
  saidAtMs: number
}

/** The circuits of this instance over those of all. Nothing here throws: when the store fails, the instance goes on alone. */
export class Breakers {
  readonly #store: BreakerStore
  readonly #ambient: Pick<Ambient, 'now' | 'log'>
  readonly #known = new Map<string, Known>()

  constructor(store: BreakerStore, ambient: Pick<Ambient, 'now' | 'log'>) {
    this.#store = store
    this.#ambient = ambient
  }

  /** Makes sure that these circuits are known and young. */
  async look(keys: readonly string[]): Promise<void> {
    const old = keys.filter((key) => this.#ambient.now() - this.#of(key).readAtMs >= youngMs)
    if (old.length === 0) return
    const circuits = await this.#shared(() => this.#store.read(old), undefined)
    for (const key of old) this.#keep(key, circuits ? (circuits.get(key) ?? closedCircuit) : this.#of(key).circuit)
  }

  isBlocked(key: string): boolean {
    const { openUntilMs, probeUntilMs } = this.#of(key).circuit
    const nowMs = this.#ambient.now()
    return openUntilMs !== undefined && (nowMs < openUntilMs || (probeUntilMs !== undefined && nowMs < probeUntilMs))
  }

  /** Takes the probe of a circuit on probation; false = it is blocked, or another has the probe. */
  async enter(key: string): Promise<boolean> {
    const { circuit } = this.#of(key)
    const { openUntilMs } = circuit
    if (openUntilMs === undefined) return true
    if (this.isBlocked(key)) return false
    const nowMs = this.#ambient.now()
    const times = { nowMs, probeUntilMs: nowMs + probeMs }
    this.#keep(key, { ...circuit, probeUntilMs: times.probeUntilMs })
    return this.#shared(() => this.#store.probe(key, openUntilMs, times), true)
  }

  /** After a call of the target. */
  async record(key: string, setting: BreakerSetting, isFailure: boolean): Promise<void> {
    const known = this.#of(key)
    const { openUntilMs } = known.circuit
    if (openUntilMs !== undefined) {
      if (!isFailure) return this.#close(key, openUntilMs)
      return this.#ambient.now() >= openUntilMs ? this.#open(key, setting) : undefined
    }
    if (!isFailure && setting.failurePercentage === undefined) return
    known.unsaid += 1
    const isDue = known.unsaid >= batchSize || this.#ambient.now() - known.saidAtMs >= batchMs
    if (!isFailure && !isDue) return
    const circuit = await this.#count(key, setting, isFailure ? 1 : 0)
    if (isFailure && circuit.openUntilMs === undefined && isTooMuch(circuit, setting)) await this.#open(key, setting)
  }

  async #count(key: string, setting: BreakerSetting, failures: number): Promise<Circuit> {
    const known = this.#of(key)
    const nowMs = this.#ambient.now()
    const added = {
      windowStartMs: windowStartAt(setting, nowMs),
      failures,
      requests: known.unsaid,
      expiresAtMs: nowMs + keptMs,
    }
    known.unsaid = 0
    known.saidAtMs = nowMs
    const circuit = await this.#shared(() => this.#store.count(key, added), addTo(known.circuit, added))
    this.#keep(key, circuit)
    return circuit
  }

  async #open(key: string, setting: BreakerSetting): Promise<void> {
    const openUntilMs = this.#ambient.now() + setting.cooldownMs
    const seen = this.#of(key).circuit.openUntilMs
    const isFirst = await this.#shared(() => this.#store.open(key, seen, openUntilMs), true)
    this.#keep(key, { ...closedCircuit, openUntilMs })
    if (isFirst) this.#tell('a circuit breaker opened', key)
  }

  async #close(key: string, seen: number): Promise<void> {
    // here at once: the next request need not wait until the others can know it
    this.#keep(key, closedCircuit)
    const isFirst = await this.#shared(() => this.#store.close(key, seen), true)
    if (isFirst) this.#tell('a circuit breaker closed', key)
  }

  #tell(message: string, circuit: string): void {
    this.#ambient.log({ level: 'warn', message, circuit })
  }

  #of(key: string): Known {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= mostKnown) this.#known.clear()
    const readAtMs = Number.NEGATIVE_INFINITY
    const made = { circuit: closedCircuit, readAtMs, unsaid: 0, saidAtMs: this.#ambient.now() }
    this.#known.set(key, made)
    return made
  }

  #keep(key: string, circuit: Circuit): void {
    const known = this.#of(key)
    known.circuit = circuit
    known.readAtMs = this.#ambient.now()
  }

  async #shared<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work()
    } catch (thrown) {
      this.#ambient.log({ level: 'warn', message: 'a circuit breaker could not be shared', cause: String(thrown) })
      return otherwise
    }
  }
}
