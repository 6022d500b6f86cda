/** The four tables and the vector indexes as data: the stack and the local start create them from the same definition. Imports nothing. */

export interface TableDefinition {
  readonly partitionKey: string
  readonly sortKey: string
  readonly timeToLive: string
  readonly isStreamed: boolean
  /** What is in it can be had again: it is not backed up and goes with the stack. */
  readonly isDisposable?: true
  readonly indexes: readonly {
    readonly name: string
    readonly partitionKey: string
    readonly sortKey: string
    /** Non-key attributes kept in the index; absent = all. */
    readonly projected?: readonly string[]
  }[]
}

/** How many numbers the vectors of well-known embedding models have. There is one vector index for each; an idle one costs nothing. */
export const vectorDimensions: readonly number[] = [256, 384, 512, 768, 1024, 1536, 3072]

export const vectorIndexName = (dimension: number): string => `questions-${dimension}`

/** All keys are strings. TTL is epoch seconds. */
export const tableDefinitions = {
  /** Workspaces, api keys, integrations, providers, policies: what administrators write. */
  catalog: { partitionKey: 'pk', sortKey: 'sk', timeToLive: 'expires', isStreamed: false, indexes: [] },
  /** One item per limit × group × window. */
  counters: { partitionKey: 'pk', sortKey: 'sk', timeToLive: 'expires', isStreamed: false, indexes: [] },
  /** One record per request, its payload beside it; the stream feeds the ledger. `feed` lists open requests by deadline and closed ones by workspace and day. */
  logs: {
    partitionKey: 'pk',
    sortKey: 'sk',
    timeToLive: 'expires',
    isStreamed: true,
    indexes: [{ name: 'feed', partitionKey: 'feedPk', sortKey: 'feedSk' }],
  },
  /** Answers by the hash of their question. Apart from the counters, because those are scanned. */
  cache: {
    partitionKey: 'pk',
    sortKey: 'sk',
    timeToLive: 'expires',
    isStreamed: false,
    isDisposable: true,
    indexes: [],
  },
} as const satisfies Record<string, TableDefinition>
