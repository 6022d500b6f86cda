/** The streams of tables: one shard each, every change of an item in order, with its images before and after. */
import type {
  _Record,
  DescribeStreamCommandInput,
  GetRecordsCommandInput,
  GetShardIteratorCommandInput,
  ListStreamsCommandInput,
} from '@aws-sdk/client-dynamodb-streams'
import { invalid, notFound, streamError } from './errors.ts'
import type { Item } from './item.ts'
import { decodeItem } from './item-codec.ts'
import { type OperationRequest, refuseUnknown } from './request.ts'
import { streamArn } from './schema.ts'
import type { Table } from './table.ts'
import { itemSize } from './values.ts'

/** Digits of a sequence number, as many as AWS gives it: sequence numbers compare as text. */
const sequenceDigits = 21
const mostRecords = 1000

function sequenceText(sequence: number): string {
  return String(sequence).padStart(sequenceDigits, '0')
}

const listParameters = new Set(['TableName'])

export function listStreams({ tables }: OperationRequest, input: ListStreamsCommandInput) {
  refuseUnknown('ListStreams', input, listParameters)
  const streamed = tables.all().filter(({ schema }) => schema.isStreamed)
  const asked = streamed.filter(({ schema }) => input.TableName === undefined || schema.name === input.TableName)
  return {
    Streams: asked.map(({ schema }) => ({
      TableName: schema.name,
      StreamArn: streamArn(schema),
      StreamLabel: streamArn(schema).split('/').at(-1),
    })),
  }
}

const describeParameters = new Set(['StreamArn'])

export function describeStream(request: OperationRequest, input: DescribeStreamCommandInput) {
  refuseUnknown('DescribeStream', input, describeParameters)
  const table = findStream(request, input.StreamArn)
  return {
    StreamDescription: {
      StreamArn: input.StreamArn,
      TableName: table.schema.name,
      StreamStatus: 'ENABLED',
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      CreationRequestDateTime: new Date(table.schema.createdAtMs),
      Shards: [
        {
          ShardId: table.shard,
          SequenceNumberRange: { StartingSequenceNumber: sequenceText(trimmedOf(table) + 1) },
        },
      ],
    },
  }
}

const iteratorParameters = new Set(['StreamArn', 'ShardId', 'ShardIteratorType', 'SequenceNumber'])

export function getShardIterator(request: OperationRequest, input: GetShardIteratorCommandInput) {
  refuseUnknown('GetShardIterator', input, iteratorParameters)
  const table = findStream(request, input.StreamArn)
  if (input.ShardId !== table.shard) throw notFound()
  return { ShardIterator: writeIterator({ table: table.schema.name, after: positionAsked(table, input) }) }
}

function positionAsked(table: Table, { ShardIteratorType: type, SequenceNumber: text }: GetShardIteratorCommandInput) {
  const trimmed = trimmedOf(table)
  if (type === 'TRIM_HORIZON') return trimmed
  if (type === 'LATEST')
    return Number(
      table.statement('SELECT max(sequence) AS newest FROM changes WHERE tableId = ?').get(table.id)?.newest ?? trimmed,
    )
  const sequence = Number(text)
  if (text === undefined || !Number.isSafeInteger(sequence)) throw invalid(`Invalid SequenceNumber: ${text}`)
  const after = type === 'AT_SEQUENCE_NUMBER' ? sequence - 1 : sequence
  if (after < trimmed) throw trimmedAccess()
  return after
}

const recordsParameters = new Set(['ShardIterator', 'Limit'])

/** Only what is stored is in the stream. */
export function getRecords(request: OperationRequest, input: GetRecordsCommandInput) {
  refuseUnknown('GetRecords', input, recordsParameters)
  const { table: name, after } = readIterator(input.ShardIterator)
  const table = request.tables.find(name)
  if (after < trimmedOf(table)) throw trimmedAccess()
  const limit = Math.min(input.Limit ?? mostRecords, mostRecords)
  const rows = table
    .statement('SELECT * FROM changes WHERE tableId = ? AND sequence > ? ORDER BY sequence LIMIT ?')
    .all(table.id, after, limit)
  const reached = Number(rows.at(-1)?.sequence ?? after)
  return { Records: rows.map(readRecord), NextShardIterator: writeIterator({ table: name, after: reached }) }
}

function readRecord(row: Record<string, unknown>): _Record {
  const NewImage = imageOf(row.newText, row.newBytes)
  const OldImage = imageOf(row.oldText, row.oldBytes)
  const sequence = sequenceText(Number(row.sequence))
  return {
    eventID: sequence,
    eventName: OldImage === undefined ? 'INSERT' : NewImage === undefined ? 'REMOVE' : 'MODIFY',
    eventSource: 'aws:dynamodb',
    eventVersion: '1.1',
    awsRegion: 'local',
    ...(row.byService === 1 && { userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' } }),
    dynamodb: {
      ApproximateCreationDateTime: new Date(Number(row.at)),
      Keys: JSON.parse(String(row.keys)) as Item,
      SequenceNumber: sequence,
      SizeBytes: itemSize(NewImage ?? {}) + itemSize(OldImage ?? {}),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      ...(NewImage && { NewImage }),
      ...(OldImage && { OldImage }),
    },
  } as _Record
}

function imageOf(text: unknown, bytes: unknown): Item | undefined {
  if (typeof text !== 'string') return undefined
  return decodeItem({ text, bytes: bytes instanceof Uint8Array ? bytes : null })
}

function findStream({ tables }: OperationRequest, arn: string | undefined): Table {
  const table = tables.all().find(({ schema }) => schema.isStreamed && streamArn(schema) === arn)
  if (table === undefined) throw notFound()
  return table
}

/** Everything up to here was removed from the stream. */
function trimmedOf(table: Table): number {
  return Number(table.statement('SELECT trimmed FROM tables WHERE id = ?').get(table.id)?.trimmed ?? 0)
}

/** Removes changes from before that instant: only those that everybody who follows the stream has read. */
export function trimStream(table: Table, beforeMs: number): void {
  const last = table.statement('SELECT max(sequence) AS sequence FROM changes WHERE tableId = ? AND at < ?')
  const { sequence } = last.get(table.id, beforeMs) ?? {}
  if (typeof sequence !== 'number') return
  table.statement('UPDATE tables SET trimmed = ? WHERE id = ?').run(sequence, table.id)
  table.statement('DELETE FROM changes WHERE tableId = ? AND sequence <= ?').run(table.id, sequence)
}

interface Iterator {
  readonly table: string
  readonly after: number
}

function writeIterator(iterator: Iterator): string {
  return Buffer.from(JSON.stringify(iterator)).toString('base64url')
}

function readIterator(text: string | undefined): Iterator {
  try {
    const { table, after } = JSON.parse(Buffer.from(text ?? '', 'base64url').toString()) as Iterator
    if (typeof table === 'string' && typeof after === 'number') return { table, after }
  } catch {
    // refused below
  }
  throw invalid(`Invalid ShardIterator: ${text}`)
}

function trimmedAccess() {
  return streamError(
    'TrimmedDataAccessException',
    'The operation attempted to read past the oldest stream record in a shard.',
  )
}
