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
  readonly ambient: Pick<Ambient, 'schedule' | 'log'>
  /** Where a stopped program left each shard; the engine's stream keeps everything, so it must not begin again. */
  readonly positions: StreamPositions
  /** Resolves to the sequence number from which the batch must come again; undefined = all is done. */
  readonly settle: (shard: string, records: readonly StreamRecord[]) => Promise<string | undefined>
}

export interface StreamTail {
  start(): void
  /** Everything that is in the stream now. Not while it is started. */
  drain(): Promise<void>
  stop(): Promise<void>
}

const pollMs = 150
const batchSize = 200
/** New shards are looked for this often, in polls. */
const pollsPerListing = 20

export function createStreamTail(options: StreamTailOptions): StreamTail {
  const { ambient } = options
  /** Shard → the last sequence number that is done. */
  const done = new Map<string, string>()
  let shards: readonly string[] = []
  let arn: string | undefined
  let polls = 0
  let isStopped = false
  let wake = () => {}

  const poll = async (): Promise<boolean> => {
    if (polls % pollsPerListing === 0) {
      arn ??= await findStream(options)
      shards = arn === undefined ? [] : await listShards(options, arn)
    }
    polls += 1
    if (arn === undefined) return false
    let isBusy = false
    for (const shard of shards) isBusy = (await readShard(options, arn, shard, done)) || isBusy
    return isBusy
  }

  const loop = async (): Promise<void> => {
    while (!isStopped) {
      const isBusy = await poll().catch((thrown: unknown) => {
        if (!isStopped)
          ambient.log({ level: 'warn', message: 'the stream could not be read; trying again', reason: String(thrown) })
        return false
      })
      if (isBusy || isStopped) continue
      await new Promise<void>((resolve) => {
        const cancel = ambient.schedule(pollMs, resolve)
        wake = () => {
          cancel()
          resolve()
        }
      })
    }
  }

  let running: Promise<void> = Promise.resolve()
  return {
    start() {
      running = loop()
    },
    async drain() {
      while (await poll());
    },
    async stop() {
      isStopped = true
      wake()
      await running
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

/** One batch of one shard; true when there may be more at once. */
async function readShard(
  options: StreamTailOptions,
  arn: string,
  shard: string,
  done: Map<string, string>,
): Promise<boolean> {
  const { client, positions } = options
  const last = done.get(shard) ?? (await positions.read(shard))
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamArn: arn,
      ShardId: shard,
      ...(last === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' as const }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber: last }),
    }),
  )
  if (ShardIterator === undefined) return false
  const { Records: records = [] } = await client.send(new GetRecordsCommand({ ShardIterator, Limit: batchSize }))
  if (records.length === 0) return false
  const failedFrom = await options.settle(shard, records)
  const kept =
    failedFrom === undefined
      ? records
      : records.slice(
          0,
          records.findIndex((record) => record.dynamodb?.SequenceNumber === failedFrom),
        )
  const reached = kept.at(-1)?.dynamodb?.SequenceNumber
  if (reached !== undefined) {
    done.set(shard, reached)
    await positions.write(shard, reached)
  }
  return failedFrom === undefined && records.length === batchSize
}
