/** Follows a table's stream as Lambda's event source does: each shard in order, from where it was left, a failed batch again. */
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams'
import type { Ambient } from '../ambient.ts'
import type { StreamPositions } from '../store/stream-position.ts'

export interface StreamTailOptions {
  readonly client: DynamoDBStreamsClient
  readonly table: string
  readonly ambient: Pick<Ambient, 'now' | 'schedule' | 'log'>
  /** Where a stopped program left each shard; the engine's stream keeps everything, so it must not begin again. */
  readonly positions: StreamPositions
  /** Resolves to the sequence number from which the batch must come again; undefined = all is done. */
  readonly settle: (shard: string, records: readonly StreamRecord[]) => Promise<string | undefined>
}

export interface StreamTail {
  start(): void
  /** Something was written: what is in the stream is read soon. */
  nudge(): void
  /** Everything that is in the stream now. Not while it is started. */
  drain(): Promise<void>
  stop(): Promise<void>
}

/** After a nudge: short enough for a limit to follow what was spent, long enough to read many records at once. */
const soonMs = 100
/** What others wrote, nobody nudges about. */
const idleMs = 1_000
/** Reading so many holds up the program for some 10 ms. */
const batchSize = 250
/** Where a shard was left is written this often: records that come again are known to the ledger. */
const positionEveryMs = 1_000
/** New shards are looked for this often, in polls. */
const pollsPerListing = 20

export function createStreamTail(options: StreamTailOptions): StreamTail {
  const { ambient, positions } = options
  /** Shard → the last sequence number that is done. */
  const done = new Map<string, string>()
  let shards: readonly string[] = []
  let arn: string | undefined
  let polls = 0
  const iterators: Iterators = new Map()
  /** Shard → the sequence number that is written down. */
  const written = new Map<string, string>()
  let writtenAtMs = 0
  let isStopped = false
  let isNudged = false
  let hurry = () => {}
  let wake = () => {}

  const poll = async (): Promise<boolean> => {
    if (polls % pollsPerListing === 0) {
      arn ??= await findStream(options)
      shards = arn === undefined ? [] : await listShards(options, arn)
    }
    polls += 1
    if (arn === undefined) return false
    let isBusy = false
    for (const shard of shards) isBusy = (await readShard(options, arn, shard, { done, iterators })) || isBusy
    if (ambient.now() - writtenAtMs >= positionEveryMs) await writePositions()
    return isBusy
  }

  const writePositions = async (): Promise<void> => {
    writtenAtMs = ambient.now()
    for (const [shard, sequence] of done) {
      if (written.get(shard) === sequence) continue
      await positions.write(shard, sequence)
      written.set(shard, sequence)
    }
  }

  const loop = async (): Promise<void> => {
    while (!isStopped) {
      const isBusy = await poll().catch((thrown: unknown) => {
        if (!isStopped)
          ambient.log({ level: 'warn', message: 'the stream could not be read; trying again', reason: String(thrown) })
        return false
      })
      if (!isBusy && !isStopped) await rest()
    }
  }

  /** Until it is time for the next look. */
  const rest = () =>
    new Promise<void>((resolve) => {
      let cancel = ambient.schedule(isNudged ? soonMs : idleMs, resolve)
      hurry = () => {
        cancel()
        cancel = ambient.schedule(soonMs, resolve)
      }
      wake = () => {
        cancel()
        resolve()
      }
    }).finally(() => {
      isNudged = false
    })

  let running: Promise<void> = Promise.resolve()
  return {
    start() {
      running = loop()
    },
    nudge() {
      if (isNudged) return
      isNudged = true
      hurry()
    },
    async drain() {
      while (await poll());
      await writePositions()
    },
    async stop() {
      isStopped = true
      wake()
      await running
      await writePositions().catch((thrown: unknown) =>
        ambient.log({ level: 'warn', message: 'the place in the stream was not written down', reason: String(thrown) }),
      )
    },
  }
}

async function findStream({ client, table }: StreamTailOptions): Promise<string | undefined> {
  const { Streams } = await client.send(new ListStreamsCommand({ TableName: table }))
  return Streams?.at(-1)?.StreamArn
}

async function listShards({ client }: StreamTailOptions, arn: string): Promise<readonly string[]> {
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn: arn }))
  return (StreamDescription?.Shards ?? []).flatMap((shard) => (shard.ShardId === undefined ? [] : [shard.ShardId]))
}

/** Shard → the iterator that goes on after what is done. */
type Iterators = Map<string, string>

interface Reached {
  readonly done: Map<string, string>
  readonly iterators: Iterators
}

/** One batch of one shard; true when there may be more at once. */
async function readShard(options: StreamTailOptions, arn: string, shard: string, reached: Reached): Promise<boolean> {
  const { client } = options
  const { done, iterators } = reached
  const iterator = iterators.get(shard) ?? (await findIterator(options, arn, shard, done))
  iterators.delete(shard)
  if (iterator === undefined) return false
  const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: batchSize }))
  const { Records: records = [], NextShardIterator: next } = answer
  if (records.length === 0) {
    if (next !== undefined) iterators.set(shard, next)
    return false
  }
  const failedFrom = await options.settle(shard, records)
  if (failedFrom === undefined && next !== undefined) iterators.set(shard, next)
  const failedAt = records.findIndex((record) => record.dynamodb?.SequenceNumber === failedFrom)
  const kept = failedFrom === undefined ? records : records.slice(0, failedAt)
  const sequence = kept.at(-1)?.dynamodb?.SequenceNumber
  if (sequence !== undefined) done.set(shard, sequence)
  return failedFrom === undefined && records.length === batchSize
}

async function findIterator(
  { client, positions }: StreamTailOptions,
  arn: string,
  shard: string,
  done: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const last = done.get(shard) ?? (await positions.read(shard))
  const from =
    last === undefined
      ? { ShardIteratorType: 'TRIM_HORIZON' as const }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber: last }
  const { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamArn: arn, ShardId: shard, ...from }))
  return ShardIterator
}
