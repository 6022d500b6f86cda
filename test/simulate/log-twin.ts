/** The logs table in memory: openings and records with their conditions, in two layouts at once, heartbeats, and a stream of shards that split. */
import type { LedgerEntry } from '../../src/limits/ledger.ts'
import type { ClosedLog, OpenLog } from '../../src/records/log.ts'

/** 1 = a record is opened under its own key, and found in an index; 2 = openings are items of their own. */
export type Layout = 1 | 2

export interface Shard {
  readonly name: string
  readonly parent?: string
  isClosed: boolean
  readonly entries: LedgerEntry[]
}

export interface Row {
  readonly log: OpenLog | ClosedLog
  readonly isClosed: boolean
}

export class LogTwin {
  readonly rows = new Map<string, Row>()
  /** Of layout 2; they stay when the record is closed. */
  readonly openings = new Map<string, OpenLog>()
  readonly shards: Shard[] = []
  /** Slot of the key space → the shard that now takes its writes. */
  readonly #writers: Shard[]
  #sequence = 1
  /** Openings with an earlier deadline are closed. */
  #sweptMs = 0

  constructor(shardCount: number) {
    this.#writers = Array.from({ length: shardCount }, (_, slot) => ({
      name: `s${slot}`,
      isClosed: false,
      entries: [],
    }))
    this.shards.push(...this.#writers)
  }

  get lanes(): number {
    return this.#writers.length
  }

  async open(log: OpenLog, layout: Layout): Promise<void> {
    if (layout === 2) {
      if (this.openings.has(log.id)) throw new Error('the id is taken')
      // nothing is on its way for minutes: clients give a write up after seconds
      if (log.deadlineAtMs >= this.#sweptMs) this.openings.set(log.id, log)
      return
    }
    if (this.rows.has(log.id)) throw new Error('the id is taken')
    this.rows.set(log.id, { log, isClosed: false })
  }

  async retarget(log: OpenLog, layout: Layout): Promise<void> {
    if (this.rows.get(log.id)?.isClosed) throw new Error('closed already')
    if (layout === 2) this.openings.set(log.id, log)
    else this.rows.set(log.id, { log, isClosed: false })
  }

  async close(log: ClosedLog): Promise<boolean> {
    if (this.rows.get(log.id)?.isClosed) return false
    this.rows.set(log.id, { log, isClosed: true })
    this.#writer(hash(log.id)).entries.push({ type: 'closed', sequence: this.#next(), log })
    return true
  }

  async read(id: string): Promise<Row | undefined> {
    return this.rows.get(id)
  }

  /** A sweep of layout 1 does not know of openings. */
  async listOverdue(beforeMs: number, limit: number, layout: Layout): Promise<readonly OpenLog[]> {
    const rows = [...this.rows.values()].filter((row) => !row.isClosed).map((row) => row.log)
    const open = [...rows, ...(layout === 2 ? this.#readOpenings(beforeMs) : [])]
    return open
      .filter((log) => log.deadlineAtMs < beforeMs)
      .sort((a, b) => a.deadlineAtMs - b.deadlineAtMs)
      .slice(0, limit)
  }

  #readOpenings(beforeMs: number): readonly OpenLog[] {
    const open = [...this.openings.values()].filter(
      ({ id, deadlineAtMs }) => deadlineAtMs >= this.#sweptMs && !this.rows.get(id)?.isClosed,
    )
    this.#sweptMs = Math.max(this.#sweptMs, Math.min(beforeMs, ...open.map((log) => log.deadlineAtMs)))
    return open
  }

  /** The ledger takes no word from a sweep that does not know all openings. */
  async beat(minute: number, layout: Layout): Promise<void> {
    if (layout === 1) return
    for (const [lane, shard] of this.#writers.entries())
      shard.entries.push({ type: 'heartbeat', sequence: this.#next(), lane, minute })
  }

  split(slot: number): void {
    const old = this.#writer(slot)
    old.isClosed = true
    const child: Shard = { name: `${old.name}.`, parent: old.name, isClosed: false, entries: [] }
    this.#writers[slot % this.#writers.length] = child
    this.shards.push(child)
  }

  async *listClosedLogs(): AsyncIterable<ClosedLog> {
    for (const row of this.rows.values()) if (row.isClosed) yield row.log as ClosedLog
  }

  #writer(slot: number): Shard {
    return this.#writers[slot % this.#writers.length] as Shard
  }

  #next(): string {
    this.#sequence += 1 + (this.#sequence % 7)
    return String(this.#sequence)
  }
}

function hash(text: string): number {
  let value = 0
  for (const letter of text) value = (value * 31 + letter.charCodeAt(0)) >>> 0
  return value
}
