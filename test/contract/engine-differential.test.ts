/**
 * The embedded engine beside other implementations of DynamoDB: the same random requests, the same answers, errors and streams.
 * `ENGINE_ROUNDS=3000 ENGINE_SEED=7 npx vitest run --project contract test/contract/engine-differential.test.ts` runs more.
 * One that runs elsewhere is named by `DYNAMODB_ENDPOINT` and, for what it is known to do otherwise, `ENGINE_NAME`.
 */

import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { CreateTableCommand, DynamoDBClient, paginateQuery, paginateScan, ScanCommand } from '@aws-sdk/client-dynamodb'
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, localOptions, startEngine } from '../../src/local/engine.ts'
import { createDice } from '../simulate/scheduler.ts'
import { findDeviation, type Outcome } from '../support/engine-deviations.ts'
import { findEnginePrograms, type RunningEngine, startEngineProgram } from '../support/engine-programs.ts'
import { RandomRequests } from '../support/random-requests.ts'

const rounds = Number(process.env.ENGINE_ROUNDS ?? 12)
const firstSeed = Number(process.env.ENGINE_SEED ?? Date.now() % 1_000_000)
const requestsPerRound = 60

interface Side {
  readonly client: DynamoDBClient
  readonly streams: DynamoDBStreamsClient
}

const named = process.env.DYNAMODB_ENDPOINT
const others: readonly { readonly name: string; start(): Promise<RunningEngine> }[] = [
  ...findEnginePrograms().map((program) => ({ name: program.name, start: () => startEngineProgram(program) })),
  ...(named
    ? [
        {
          name: process.env.ENGINE_NAME ?? named,
          start: async () => ({ name: process.env.ENGINE_NAME ?? named, endpoint: named, stop: async () => {} }),
        },
      ]
    : []),
]

describe.each(others.map((other) => [other.name, other] as const))('the embedded engine beside %s', (_name, other) => {
  let running: RunningEngine
  let engine: Engine
  let ours: Side
  let theirs: Side
  beforeAll(async () => {
    running = await other.start()
    engine = await startEngine({ variables: {} })
    const options = { ...localOptions, endpoint: running.endpoint, maxAttempts: 1 }
    theirs = { client: new DynamoDBClient(options), streams: new DynamoDBStreamsClient(options) }
    ours = {
      client: engine.connect(new DynamoDBClient(localOptions)),
      streams: engine.connect(new DynamoDBStreamsClient(localOptions)),
    }
  })
  afterAll(async () => {
    theirs.client.destroy()
    theirs.streams.destroy()
    await engine.stop()
    await running.stop()
  })

  it(`gives the same answers, errors, pages and streams (${rounds} rounds from seed ${firstSeed})`, async () => {
    for (let seed = firstSeed; seed < firstSeed + rounds; seed++) await compareRound(seed)
  }, 3_600_000)

  async function compareRound(seed: number): Promise<void> {
    const table = `differential-${seed}-${randomUUID().slice(0, 8)}`
    for (const { client } of [ours, theirs]) await createTable(client, table)
    const requests = new RandomRequests(createDice(seed), table)
    for (let at = 0; at < requestsPerRound; at++) {
      const command = requests.next()
      const request = `${command.constructor.name}${'IndexName' in command.input ? ' on an index' : ''}`
      const [mine, their] = await Promise.all([outcome(ours.client, command), outcome(theirs.client, command)])
      if (!isDeepStrictEqual(mine, their)) {
        const deviation = findDeviation(running.name, mine, their, request)
        const told = { seed, at, request, input: command.input }
        if (deviation === undefined) expect({ ...told, outcome: mine }).toEqual({ ...told, outcome: their })
        // one has written what the other has not: nothing after it can be compared
        if ((mine.error === undefined) !== (their.error === undefined)) return
      }
    }
    const rest = { seed, table }
    expect({ ...rest, items: await allItems(ours, table) }).toEqual({ ...rest, items: await allItems(theirs, table) })
    expect({ ...rest, pages: await allPages(ours, table) }).toEqual({ ...rest, pages: await allPages(theirs, table) })
    const [changes, otherChanges] = [await allChanges(ours, table), await allChanges(theirs, table)]
    expect({ ...rest, changes }).toEqual({ ...rest, changes: otherChanges })
  }
})

describe('the differential suite', () => {
  it('knows at least one other implementation, or says that it compared with none', () => {
    if (others.length === 0)
      process.stderr.write('no other DynamoDB is installed: the embedded engine was compared with none\n')
    expect(others.length).toBeGreaterThanOrEqual(0)
  })
})

const keySchema = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' as const },
  { AttributeName: sort, KeyType: 'RANGE' as const },
]

async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keySchema('pk', 'sk'),
      AttributeDefinitions: ['pk', 'sk', 'gp', 'gs'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [
        { IndexName: 'index', KeySchema: keySchema('gp', 'gs'), Projection: { ProjectionType: 'ALL' } },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  )
}

type Command = Parameters<DynamoDBClient['send']>[0]

async function outcome(client: DynamoDBClient, command: object): Promise<Outcome> {
  try {
    const { ConsumedCapacity, ...told } = (await client.send(command as Command)) as object as Readonly<
      Record<string, unknown>
    >
    const isAsked = 'ReturnConsumedCapacity' in (command as Command).input
    const answer = comparable({ ...told, ...(isAsked && { ConsumedCapacity }) }) as Outcome['answer'] & {}
    if (!(command instanceof ScanCommand) || !Array.isArray(answer.Items)) return { answer }
    return { answer: { ...answer, Items: answer.Items.toSorted(inOrder) } }
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown
    const reasons = 'CancellationReasons' in thrown ? (thrown.CancellationReasons as { Code?: string }[]) : undefined
    const item = 'Item' in thrown ? comparable(thrown.Item) : undefined
    return { error: thrown.name, reasons: reasons?.map(({ Code }) => Code), item }
  }
}

/** The client's own, and what only some tell beside the sum. */
const untold = new Set(['$metadata', 'WriteCapacityUnits', 'ReadCapacityUnits'])

/** Without what is the client's own; sets, and lists whose order means nothing, in one order; numbers in one spelling, bytes as text. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([name, member]) => !untold.has(name) && member !== undefined)
  return Object.fromEntries(
    members.map(([name, member]) => {
      if (name === 'N' && typeof member === 'string') return [name, spelled(member)]
      if (name === 'NS' && Array.isArray(member)) return [name, member.map(spelled).sort()]
      if (name === 'Responses') return [name, Object.values(Object(member)).flat().map(comparable).sort(inOrder)]
      const inner = comparable(member)
      return [name, (name === 'SS' || name === 'BS') && Array.isArray(inner) ? inner.toSorted() : inner]
    }),
  )
}

/** DynamoDB Local gives the numbers inside lists and maps as they were written. */
function spelled(number: string): string {
  return number.length > 15 ? number : String(Number(number) + 0)
}

type Keyed = Readonly<Record<'pk' | 'sk', unknown>>

interface Change {
  readonly Keys: unknown
}

function inOrder(left: unknown, right: unknown): number {
  const byKey = (item: unknown) => JSON.stringify([(item as Keyed).pk, (item as Keyed).sk])
  return Number(byKey(left) > byKey(right)) - Number(byKey(left) < byKey(right))
}

async function allItems({ client }: Side, table: string): Promise<readonly unknown[]> {
  const items: unknown[] = []
  for await (const page of paginateScan({ client, pageSize: 3 }, { TableName: table }))
    items.push(...(page.Items ?? []))
  return items.map(comparable).sort(inOrder)
}

/** A partition of the table and of the index, forwards and backwards, three items at a time. */
async function allPages({ client }: Side, table: string): Promise<readonly unknown[]> {
  const pages: unknown[] = []
  for (const ScanIndexForward of [true, false])
    for (const [index, partition, value] of [
      [undefined, 'pk', 'p1'],
      ['index', 'gp', 'g1'],
    ] as const) {
      const input = {
        TableName: table,
        KeyConditionExpression: `${partition} = :value`,
        ExpressionAttributeValues: { ':value': { S: value } },
        ScanIndexForward,
        ...(index !== undefined && { IndexName: index }),
      }
      for await (const { Items, LastEvaluatedKey } of paginateQuery({ client, pageSize: 3 }, input))
        pages.push(index === undefined ? comparable({ Items, LastEvaluatedKey }) : Items?.map((item) => item.gs))
    }
  return pages
}

/** DynamoDB Local forgets in its streams that what has no members was a map. */
function withoutEmptyMaps(change: unknown): unknown {
  return JSON.parse(JSON.stringify(change).replaceAll('{"M":{}}', '{}'))
}

/** Item by item, for only that order is promised. Writes that changed nothing are in no stream of the service, whatever some implementations do. */
async function allChanges({ streams }: Side, table: string): Promise<readonly unknown[]> {
  const { Streams } = await streams.send(new ListStreamsCommand({ TableName: table }))
  const arn = Streams?.[0]?.StreamArn
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: arn }))
  const changes: unknown[] = []
  for (const shard of StreamDescription?.Shards ?? []) {
    const start = { StreamArn: arn, ShardId: shard.ShardId, ShardIteratorType: 'TRIM_HORIZON' as const }
    let { ShardIterator: iterator } = await streams.send(new GetShardIteratorCommand(start))
    for (;;) {
      const page = await streams.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 40 }))
      const records = page.Records ?? []
      changes.push(
        ...records.map(({ eventName, dynamodb: { Keys, NewImage, OldImage } = {} }) =>
          withoutEmptyMaps(comparable({ eventName, Keys, NewImage, OldImage })),
        ),
      )
      if (records.length === 0 || page.NextShardIterator === undefined) break
      iterator = page.NextShardIterator
    }
  }
  return changes
    .filter((change) => {
      const { NewImage, OldImage } = change as Readonly<Record<string, unknown>>
      return !isDeepStrictEqual(NewImage, OldImage)
    })
    .sort((left, right) => inOrder((left as Change).Keys, (right as Change).Keys))
}
