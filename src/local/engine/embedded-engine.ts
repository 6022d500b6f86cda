/** DynamoDB in this process, as far as the program uses it: tables in one SQLite file or in memory, asked by operation name and input. */
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb'
import { batchGetItem, batchWriteItem } from './batch-operations.ts'
import type { CapacityMode } from './capacity.ts'
import { openDatabase } from './database-file.ts'
import { unsupported } from './errors.ts'
import { deleteItem, getItem, putItem, updateItem } from './item-operations.ts'
import { createDirectJournal, createThreadJournal } from './journal.ts'
import { query, scan } from './query-operations.ts'
import { OperationRequest } from './request.ts'
import { describeStream, getRecords, getShardIterator, listStreams, trimStream } from './stream-operations.ts'
import {
  createTable,
  deleteTable,
  describeTable,
  describeTimeToLive,
  listTables,
  updateTimeToLive,
} from './table-operations.ts'
import { Tables } from './tables.ts'
import { TransactionTokens, transactWriteItems } from './transact-operations.ts'

export interface EmbeddedEngine {
  /** `name` as the service names it, e.g. `PutItem`. Resolves once what the answer says is stored. Rejects as the SDK's client does. */
  execute(name: string, input: object, finish?: (output: object) => object): Promise<object>
  /** Called with the capacity of every operation, whether or not it asked to be told. */
  onConsumed(callback: (operation: string, consumed: readonly ConsumedCapacity[]) => void): void
  /** Called when nothing more can be stored. */
  onBroken(callback: (reason: string) => void): void
  /** Removes up to `limit` items of each table whose time to live is over; the number removed. */
  removeExpired(limit: number): Promise<number>
  /** Removes what streams recorded before that instant. Everybody who follows them must have read it. */
  trimStreams(beforeMs: number): Promise<void>
  close(): Promise<void>
}

type Operation = (request: OperationRequest, input: never) => object | Promise<object>

const operations = {
  GetItem: getItem,
  PutItem: putItem,
  UpdateItem: updateItem,
  DeleteItem: deleteItem,
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  Query: query,
  Scan: scan,
  CreateTable: createTable,
  DescribeTable: describeTable,
  DeleteTable: deleteTable,
  ListTables: listTables,
  UpdateTimeToLive: updateTimeToLive,
  DescribeTimeToLive: describeTimeToLive,
  ListStreams: listStreams,
  DescribeStream: describeStream,
  GetShardIterator: getShardIterator,
  GetRecords: getRecords,
} as const satisfies Readonly<Record<string, Operation>>

export interface EngineOptions {
  /** Of the database; absent = in memory. */
  readonly path?: string
  readonly now: () => number
  /** Commit in the calling thread; absent = in a thread of its own. Tables in memory always do. */
  readonly isDirect?: boolean
}

/** Throws GatewayError for a file that cannot be used. The caller has made sure that no other process uses it. */
export function openEmbeddedEngine({ path, now, isDirect = false }: EngineOptions): EmbeddedEngine {
  const database = openDatabase(path)
  const journal = path === undefined || isDirect ? createDirectJournal(database) : createThreadJournal(path)
  const tables = new Tables({ database, journal, now })
  const runner = new OperationRunner(tables)
  return {
    execute: (name, input, finish) => runner.execute(name, input, finish),
    onConsumed: (callback) => runner.tellConsumed(callback),
    onBroken: (callback) => journal.onBroken(callback),
    async removeExpired(limit) {
      let removed = 0
      for (const table of tables.all())
        for (const key of table.expired(Math.floor(now() / 1000), limit))
          if (table.write(key, table.read(key), undefined, true)) removed += 1
      await journal.drain()
      return removed
    },
    async trimStreams(beforeMs) {
      await journal.drain()
      for (const table of tables.all()) trimStream(table, beforeMs)
    },
    async close() {
      await journal.close()
      database.close()
    },
  }
}

type ToldConsumed = Parameters<EmbeddedEngine['onConsumed']>[0]

/** Runs operations at once, and gives their answers when what they show is stored. */
class OperationRunner {
  readonly #tables: Tables
  readonly #tokens = new TransactionTokens()
  readonly #operations: Readonly<Record<string, Operation>>
  #consumed: ToldConsumed | undefined

  constructor(tables: Tables) {
    this.#tables = tables
    this.#operations = {
      ...operations,
      TransactWriteItems: (request, input) => transactWriteItems(request, input, this.#tokens),
    }
  }

  tellConsumed(callback: ToldConsumed): void {
    this.#consumed = callback
  }

  execute(name: string, input: object, finish: (output: object) => object = (same) => same): Promise<object> {
    const { journal } = this.#tables
    try {
      const { request, output } = this.#run(name, input)
      if (output instanceof Promise) return output.then(finish)
      return journal.whenStored(request.batch, finish(output))
    } catch (thrown) {
      if (!(thrown instanceof OperationFailure)) return Promise.reject(thrown)
      const { cause, batch } = thrown
      return journal.whenStored(batch, undefined).then(() => Promise.reject(cause))
    }
  }

  #run(name: string, input: object): { readonly request: OperationRequest; readonly output: object } {
    const operation = this.#operations[name]
    if (operation === undefined) throw unsupported(`the operation ${name}`)
    const asked =
      'ReturnConsumedCapacity' in input ? (input.ReturnConsumedCapacity as CapacityMode | undefined) : undefined
    const request = new OperationRequest(this.#tables, this.#consumed === undefined ? (asked ?? 'NONE') : 'INDEXES')
    try {
      const output = operation(request, input as never)
      if ('ConsumedCapacity' in output) this.#tell(name, output.ConsumedCapacity as ConsumedCapacity)
      return { request, output }
    } catch (thrown) {
      throw new OperationFailure(thrown, request.batch)
    }
  }

  #tell(name: string, told: ConsumedCapacity | readonly ConsumedCapacity[]): void {
    this.#consumed?.(name, [told].flat())
  }
}

/** What an operation threw, and the batch whose outcome it tells of. */
class OperationFailure extends Error {
  override readonly cause: unknown
  readonly batch: number

  constructor(cause: unknown, batch: number) {
    super('the operation failed')
    this.cause = cause
    this.batch = batch
  }
}
