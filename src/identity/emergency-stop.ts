/** Emergency stops: who or what may send no request until an administrator lifts the stop, known to every instance within 2 seconds. */
import type { Ambient } from '../ambient.ts'
import type { Awaitable } from '../awaitable.ts'
import { GatewayError } from '../errors.ts'

export const stoppableTypes = ['api_key', 'workspace', 'provider', 'integration'] as const
export type StoppableType = (typeof stoppableTypes)[number]

/** A stop in force, as stored. */
export interface EmergencyStop {
  readonly id: string
  readonly type: StoppableType
  readonly subjectId: string
  /** What messages call the subject: a masked key, a slug. */
  readonly label: string
  readonly reason: string
  /** The administrator's key: its id, and what messages call it. */
  readonly stoppedBy: { readonly id: string; readonly label: string }
  readonly stoppedAtMs: number
}

/** All stops in force. Strongly consistent. */
export interface EmergencyStopStore {
  list(): Promise<readonly EmergencyStop[]>
}

export interface StopSubject {
  readonly type: StoppableType
  readonly id: string
}

/** The stops that were in force at one instant. */
export class StopList {
  readonly #byName: ReadonlyMap<string, EmergencyStop>

  constructor(stops: readonly EmergencyStop[]) {
    this.#byName = new Map(stops.map((stop) => [nameOf({ type: stop.type, id: stop.subjectId }), stop]))
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0
  }

  /** The first of the subjects that is stopped; undefined = none. */
  find(subjects: readonly StopSubject[]): EmergencyStop | undefined {
    if (this.isEmpty) return undefined
    for (const subject of subjects) {
      const stop = this.#byName.get(nameOf(subject))
      if (stop !== undefined) return stop
    }
    return undefined
  }
}

function nameOf({ type, id }: StopSubject): string {
  return `${type}/${id}`
}

export interface EmergencyStops {
  /** As read at most 2 seconds ago: at once where that is known, else after one read. Throws `database_unavailable` when nothing is known of the last 30 seconds. */
  current(): Awaitable<StopList>
  /** Begins a read where `current` would have to wait for one. */
  prepare(): void
}

/** No request relies on an older list. */
const freshMs = 2_000
/** From here on the list is read again in the background, so that a busy instance never waits for it. */
const refreshMs = 1_500
/** While the database does not answer: as long as keys and catalogs are kept. */
const withoutDatabaseMs = 30_000

interface Read {
  readonly list: Promise<StopList>
  /** When the read began: every stop that was answered before is in it. */
  readonly startedAtMs: number
}

export function cachedStops(store: EmergencyStopStore, ambient: Pick<Ambient, 'now' | 'log'>): EmergencyStops {
  let known: { readonly list: StopList; readonly atMs: number } | undefined
  let reading: Read | undefined

  const read = (startedAtMs: number): Read => {
    const list = store.list().then((stops) => {
      const loaded = new StopList(stops)
      if (known === undefined || known.atMs < startedAtMs) known = { list: loaded, atMs: startedAtMs }
      return loaded
    })
    const mine = { list, startedAtMs }
    const forget = () => {
      if (reading === mine) reading = undefined
    }
    list.then(forget, forget)
    return mine
  }

  const lastKnown = (cause: unknown): StopList => {
    if (known === undefined || ambient.now() - known.atMs >= withoutDatabaseMs)
      throw new GatewayError(
        'database_unavailable',
        'the emergency stops could not be read just now, so the request was not sent; try again',
        { retryAfterMs: 1_000 },
        cause,
      )
    ambient.log({
      level: 'warn',
      message: 'emergency stops could not be read; the last known apply',
      cause: String(cause),
    })
    return known.list
  }

  /** The list, where it may still be relied on, and the read that is under way or was begun for it. */
  const look = (): { readonly list?: StopList; readonly read?: Read } => {
    const nowMs = ambient.now()
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : nowMs - known.atMs
    if (known !== undefined && ageMs < refreshMs) return known
    if (reading === undefined || nowMs - reading.startedAtMs >= refreshMs) reading = read(nowMs)
    return known !== undefined && ageMs < freshMs ? known : { read: reading }
  }

  return {
    current() {
      const { list, read: pending } = look()
      return list ?? pending?.list.catch(lastKnown) ?? lastKnown('nothing was read')
    },
    prepare: () => void look(),
  }
}

const typeWords: Readonly<Record<StoppableType, string>> = {
  api_key: 'api key',
  workspace: 'workspace',
  provider: 'provider',
  integration: 'integration',
}

/** The refusal of what is stopped: another target may stand in for a provider or an integration, nothing for the caller. */
export function stoppedError(stop: EmergencyStop): GatewayError {
  const isOfTarget = stop.type === 'provider' || stop.type === 'integration'
  return new GatewayError(isOfTarget ? 'provider_stopped' : 'caller_stopped', describeStop(stop), {
    isRetryable: false,
    emergencyStop: stop.id,
  })
}

export function describeStop({ id, type, label, reason, stoppedBy, stoppedAtMs }: EmergencyStop): string {
  const at = new Date(stoppedAtMs).toISOString().replace(/\.\d+Z$/, 'Z')
  return `the ${typeWords[type]} ${label} was stopped by ${stoppedBy.label} at ${at}: ${reason}; an administrator can lift this with DELETE /v1/emergency-stops/${id}`
}
