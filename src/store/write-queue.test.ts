import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import type { Item } from './attributes.ts'
import { createWriteQueue, type WriteLimits } from './write-queue.ts'

const item = (pk: string, value = ''): Item => ({ pk: { S: pk }, sk: { S: 'record' }, value: { S: value } })
const isAbsent = { ConditionExpression: 'attribute_not_exists(pk)' }

interface Sent {
  readonly items: readonly string[]
  readonly answer: () => void
  readonly fail: (name: string) => void
}

function stage(limits: WriteLimits) {
  const sent: Sent[] = []
  const send = ({ input }: { input: Record<string, unknown> }) => {
    const puts = (input.TransactItems as { Put: { Item: Item } }[] | undefined) ?? [
      { Put: { Item: input.Item as Item } },
    ]
    const { promise, resolve, reject } = Promise.withResolvers<object>()
    sent.push({
      items: puts.map(({ Put }) => `${Put.Item.pk?.S}${Put.Item.value?.S}`),
      answer: () => resolve({}),
      fail: (name) => reject(Object.assign(new Error(name), { name })),
    })
    return promise
  }
  return { sent, queue: createWriteQueue({ client: { send } as unknown as DynamoDBClient, table: 'logs', limits }) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const itemsOf = (sent: readonly Sent[]) => sent.map(({ items }) => items.join(' '))

const same = <T>(inTheWay: T) => inTheWay

describe('a write queue', () => {
  it('sends no more than so many at once, the rest in order as places come free', async () => {
    const { sent, queue } = stage({ inFlight: 2, groupSize: 1 })
    const writes = ['a', 'b', 'c', 'd'].map((pk) => queue.put(item(pk)))
    await turn()
    expect(itemsOf(sent)).toEqual(['a', 'b'])
    sent[1]?.answer()
    await turn()
    expect(itemsOf(sent)).toEqual(['a', 'b', 'c'])
    sent[0]?.answer()
    sent[2]?.answer()
    await turn()
    sent[3]?.answer()
    expect(await Promise.all(writes)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('sends together what had to wait, each key once', async () => {
    const { sent, queue } = stage({ inFlight: 1, groupSize: 3 })
    void queue.put(item('a'))
    await turn()
    for (const pk of ['b', 'c', 'b', 'd', 'e', 'f']) void queue.put(item(pk))
    sent[0]?.answer()
    await turn()
    sent[1]?.answer()
    await turn()
    sent[2]?.answer()
    await turn()
    expect(itemsOf(sent)).toEqual(['a', 'b c', 'b d e', 'f'])
  })

  it('gives everyone an outcome of its own when a group could not be written', async () => {
    const { sent, queue } = stage({ inFlight: 1, groupSize: 3 })
    const outcomes = ['a', 'b', 'c'].map((pk) =>
      queue.put(item(pk), isAbsent).then(
        (inTheWay) => (inTheWay === undefined ? 'written' : 'in the way'),
        (thrown: Error) => thrown.name,
      ),
    )
    await turn()
    sent[0]?.fail('TransactionCanceledException')
    await turn()
    expect(itemsOf(sent)).toEqual(['a b c', 'a', 'b', 'c'])
    sent[1]?.answer()
    sent[2]?.fail('ConditionalCheckFailedException')
    sent[3]?.fail('TimeoutError')
    expect(await Promise.all(outcomes)).toEqual(['written', 'in the way', 'TimeoutError'])
  })

  it('spares what was put for now when its replacement comes before it has begun', async () => {
    const { sent, queue } = stage({ inFlight: 1, groupSize: 1 })
    void queue.put(item('first'))
    await turn()
    const spared = queue.putForNow(item('a', ' open'), isAbsent, same)
    void queue.put(item('a', ' kept'))
    void queue.replace(item('a', ' closed'), isAbsent, { pk: 'a', sk: 'record' }, same)
    expect(await spared).toBeUndefined()
    for (const at of [0, 1, 2]) {
      sent[at]?.answer()
      await turn()
    }
    expect(itemsOf(sent)).toEqual(['first', 'a kept', 'a closed'])
  })

  it('spares nothing that is under way', async () => {
    const { sent, queue } = stage({ inFlight: 1, groupSize: 1 })
    void queue.putForNow(item('a', ' open'), isAbsent, same)
    await turn()
    void queue.replace(item('a', ' closed'), isAbsent, { pk: 'a', sk: 'record' }, same)
    sent[0]?.answer()
    await turn()
    expect(itemsOf(sent)).toEqual(['a open', 'a closed'])
  })
})
