/** The logs table in memory: records with their conditions, heartbeats, and a stream of shards that split. */
import type { LedgerEntry } from '../../src/limits/ledger.ts'
import type { ClosedLog, OpenLog } from '../../src/records/log.ts'

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
  readonly shards: Shard[] = []
  /** Slot of the key space → the shard that now takes its writes. */
  readonly #writers: Shard[]
  #sequence = 1

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

  async open(log: OpenLog): Promise<void> {
    if (this.rows.has(log.id)) throw new Error('the id is taken')
    this.rows.set(log.id, { log, isClosed: false })
  }

  async retarget(log: OpenLog): Promise<void> {
    if (this.rows.get(log.id)?.isClosed) throw new Error('closed already')
    this.rows.set(log.id, { log, isClosed: false })
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

  async listOverdue(beforeMs: number, limit: number): Promise<readonly OpenLog[]> {
    return [...this.rows.values()]
      .filter((row) => !row.isClosed && row.log.deadlineAtMs < beforeMs)
      .map((row) => row.log)
      .sort((a, b) => a.deadlineAtMs - b.deadlineAtMs)
      .slice(0, limit)
  }

  async beat(minute: number): Promise<void> {
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
