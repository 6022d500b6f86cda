import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EmbeddedEngine, openEmbeddedEngine } from './embedded-engine.ts'
import type { Item } from './item.ts'

let nowMs = Date.UTC(2026, 0, 1)
let engine: EmbeddedEngine
beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 1)
  engine = openEmbeddedEngine({ now: () => nowMs })
  await engine.execute('CreateTable', table)
})
afterEach(() => engine.close())

const text = (value: string) => ({ S: value })
const key = { pk: text('a'), sk: text('b') }
const table = {
  TableName: 'items',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
}

const run = (name: string, input: object) => engine.execute(name, { TableName: 'items', ...input })
const put = (item: object) => run('PutItem', { Item: { ...key, ...item } })
const update = (input: object) => run('UpdateItem', { Key: key, ...input })

/** `name: message`, as the SDK's exceptions have them. */
async function refusal(asked: Promise<unknown>): Promise<string> {
  const thrown = await asked.then(
    () => undefined,
    (error: unknown) => error,
  )
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'not refused'
}

describe('an expression', () => {
  const one = { ':v': { N: '1' } }
  it.each([
    ['SET state = :v', {}, one, /reserved keyword; reserved keyword: state/],
    ['SET #n = :v', {}, one, /attribute name used in the document path is not defined; attribute name: #n/],
    ['SET n = :w', {}, {}, /attribute value used in expression is not defined; attribute value: :w/],
    ['SET n = :v', {}, { ...one, ':x': { N: '2' } }, /ExpressionAttributeValues unused in expressions: keys: \{:x\}/],
    ['SET n = :v', { '#x': 'x' }, one, /ExpressionAttributeNames unused in expressions: keys: \{#x\}/],
    ['SET n = :v, n.a = :v', {}, one, /Two document paths overlap/],
    ['SET pk = :v', {}, one, /Cannot update attribute pk\. This attribute is part of the key/],
    ['SET n = :v SET x = :v', {}, one, /"SET" section can only be used once/],
    ['SET n = nothing', {}, undefined, /refers to an attribute that does not exist in the item/],
    ['SET n ~ :v', {}, one, /Syntax error; token: "~"/],
    ['', {}, undefined, /The expression can not be empty/],
  ])('to update, %j, is refused as DynamoDB refuses it', async (expression, names, values, message) => {
    const given = {
      UpdateExpression: expression,
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ...(values !== undefined && Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    }
    const told = await refusal(update(given))
    expect(told).toMatch(message)
    expect(told).toMatch(/^ValidationException: /)
  })

  it.each([
    ['((n = :v))', /redundant parentheses/],
    ['n < :flag', /Incorrect operand type/],
    ['n BETWEEN :v AND :low', /requires upper bound to be greater than or equal to lower bound/],
    ['n = n', /first operand must be distinct/],
    ['begins(n, :v)', /Invalid function name; function: begins/],
    ['contains(n)', /Incorrect number of operands/],
  ])('that is a condition, %j, is refused as DynamoDB refuses it', async (condition, message) => {
    const all = { ':v': { N: '1' }, ':low': { N: '0' }, ':flag': { BOOL: true } }
    const used = Object.fromEntries(Object.entries(all).filter(([name]) => condition.includes(name)))
    const values = Object.keys(used).length > 0 && { ExpressionAttributeValues: used }
    expect(await refusal(put({}).then(() => update({ ConditionExpression: condition, ...values })))).toMatch(message)
  })

  it('keeps numbers exactly, to 38 digits', async () => {
    await put({ n: { N: '12345678901234567890.50' } })
    const values = { ':v': { N: '0.25' } }
    const added = { UpdateExpression: 'ADD n :v', ExpressionAttributeValues: values, ReturnValues: 'ALL_NEW' }
    expect(await update(added)).toMatchObject({ Attributes: { n: { N: '12345678901234567890.75' } } })
    expect(await refusal(put({ n: { N: `1${'0'.repeat(38)}1` } }))).toMatch(/more than 38 significant digits/)
    expect(await refusal(put({ n: { N: '1e126' } }))).toMatch(/larger than supported range/)
  })
})

describe('what the engine does not know', () => {
  it('is refused by name: operations, parameters, tables', async () => {
    expect(await refusal(run('ExecuteStatement', {}))).toMatch(/does not support the operation ExecuteStatement/)
    expect(await refusal(run('PutItem', { Item: key, Expected: {} }))).toMatch(/the parameter Expected of PutItem/)
    expect(await refusal(update({ ReturnValues: 'UPDATED_NEW' }))).toMatch(/ReturnValues UPDATED_NEW/)
    expect(await refusal(run('Query', { KeyConditions: {} }))).toMatch(/the parameter KeyConditions of Query/)
    const numbered = {
      ...table,
      TableName: 'numbered',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' }],
    }
    expect(await refusal(engine.execute('CreateTable', numbered))).toMatch(/keys of the type N/)
    expect(await refusal(run('GetItem', { TableName: 'nowhere', Key: key }))).toMatch(/^ResourceNotFoundException/)
    expect(await refusal(engine.execute('CreateTable', table))).toMatch(/^ResourceInUseException/)
  })
})

describe('the limits', () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => ({ pk: text('many'), sk: text(String(at)) }))

  it('of an item are 400 KB, names included', async () => {
    expect(await refusal(put({ s: text('x'.repeat(400 * 1024)) }))).toMatch(/Item size has exceeded/)
    await put({ s: text('x'.repeat(399 * 1024)) })
    const grown = { UpdateExpression: 'SET t = :t', ExpressionAttributeValues: { ':t': text('x'.repeat(2_000)) } }
    expect(await refusal(update(grown))).toMatch(/Item size to update has exceeded/)
  })

  it('of groups are 25 writes, 100 reads and transactions of 100 parts', async () => {
    const puts = (count: number) => ({ RequestItems: { items: many(count).map((Item) => ({ PutRequest: { Item } })) } })
    expect(await refusal(engine.execute('BatchWriteItem', puts(26)))).toMatch(/Too many items requested/)
    await engine.execute('BatchWriteItem', puts(25))
    const gets = (count: number) => ({ RequestItems: { items: { Keys: many(count) } } })
    expect(await refusal(engine.execute('BatchGetItem', gets(101)))).toMatch(/Too many items requested/)
    expect(await engine.execute('BatchGetItem', gets(100))).toMatchObject({ Responses: { items: { length: 25 } } })
    const parts = many(101).map((Item) => ({ Put: { TableName: 'items', Item } }))
    expect(await refusal(engine.execute('TransactWriteItems', { TransactItems: parts }))).toMatch(
      /from 1 to 100, got 101/,
    )
  })

  it('of a page are 1 MB', async () => {
    for (const Item of many(5)) await run('PutItem', { Item: { ...Item, s: text('x'.repeat(300 * 1024)) } })
    const asked = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': text('many') } }
    const page = (await run('Query', asked)) as { readonly Count: number; readonly LastEvaluatedKey: Item }
    expect(page.Count).toBe(3)
    expect(await run('Query', { ...asked, ExclusiveStartKey: page.LastEvaluatedKey })).toMatchObject({ Count: 2 })
  })
})

describe('a transaction', () => {
  it('with a token that was carried out is not carried out again', async () => {
    const add = { UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } }
    const asked = { TransactItems: [{ Update: { TableName: 'items', Key: key, ...add } }], ClientRequestToken: 't-1' }
    await engine.execute('TransactWriteItems', asked)
    await engine.execute('TransactWriteItems', asked)
    expect(await run('GetItem', { Key: key })).toMatchObject({ Item: { n: { N: '1' } } })
    nowMs += 601_000
    await engine.execute('TransactWriteItems', asked)
    expect(await run('GetItem', { Key: key })).toMatchObject({ Item: { n: { N: '2' } } })
  })
})

describe('time to live', () => {
  it('removes what is over, and the stream says that the service did', async () => {
    await run('UpdateTimeToLive', { TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true } })
    await put({ expires: { N: String(nowMs / 1000 + 60) } })
    expect(await engine.removeExpired(10)).toBe(0)
    nowMs += 61_000
    expect(await engine.removeExpired(10)).toBe(1)
    expect(await run('GetItem', { Key: key })).toEqual({})
    const records = await readStream()
    expect(records.at(-1)).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { PrincipalId: 'dynamodb.amazonaws.com' },
    })
  })
})

async function iteratorFrom(start: object): Promise<string> {
  const { Streams } = (await engine.execute('ListStreams', {})) as { Streams: readonly { StreamArn: string }[] }
  const asked = { StreamArn: Streams[0]?.StreamArn, ShardId: 'shardId-00000001-items', ...start }
  return ((await engine.execute('GetShardIterator', asked)) as { ShardIterator: string }).ShardIterator
}

async function readStream(): Promise<readonly object[]> {
  const ShardIterator = await iteratorFrom({ ShardIteratorType: 'TRIM_HORIZON' })
  return ((await engine.execute('GetRecords', { ShardIterator })) as { Records: readonly object[] }).Records
}

describe('a stream', () => {
  it('loses what is old, says so to whoever asks for it, and numbers on', async () => {
    await put({ n: { N: '1' } })
    nowMs += 86_400_000
    await put({ n: { N: '2' } })
    await engine.trimStreams(nowMs)
    const before = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: '0' }
    expect(await refusal(iteratorFrom(before))).toMatch(/^TrimmedDataAccessException/)
    await put({ n: { N: '3' } })
    expect(await readStream()).toMatchObject([
      { eventName: 'MODIFY', dynamodb: { SequenceNumber: '000000000000000000002', OldImage: { n: { N: '1' } } } },
      { eventName: 'MODIFY', dynamodb: { SequenceNumber: '000000000000000000003', NewImage: { n: { N: '3' } } } },
    ])
  })

  it('says nothing of a write that changes nothing', async () => {
    await put({ n: { N: '1' } })
    await put({ n: { N: '1.0' } })
    expect(await readStream()).toHaveLength(1)
  })
})
