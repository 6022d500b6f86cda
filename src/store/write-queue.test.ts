import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import type { Item } from './attributes.ts'
import { createWriteQueue } from './write-queue.ts'

const item = (pk: string, value = ''): Item => ({ pk: { S: pk }, sk: { S: 'record' }, value: { S: value } })
const isAbsent = { ConditionExpression: 'attribute_not_exists(pk)' }

interface Sent {
  readonly item: string
  readonly answer: () => void
  readonly fail: (name: string) => void
}

function stage(mostInFlight: number) {
  const sent: Sent[] = []
  const send = ({ input }: { input: Record<string, unknown> }) => {
    const { pk, value } = input.Item as Item
    const { promise, resolve, reject } = Promise.withResolvers<object>()
    sent.push({
      item: `${pk?.S}${value?.S}`,
      answer: () => resolve({}),
      fail: (name) => reject(Object.assign(new Error(name), { name })),
    })
    return promise
  }
  return {
    sent,
    queue: createWriteQueue({ client: { send } as unknown as DynamoDBClient, table: 'logs', mostInFlight }),
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const itemsOf = (sent: readonly Sent[]) => sent.map((one) => one.item)

const same = <T>(inTheWay: T) => inTheWay

describe('a write queue', () => {
  it('sends no more than so many at once, the rest in order as places come free', async () => {
    const { sent, queue } = stage(2)
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

  it('gives everyone an outcome of its own', async () => {
    const { sent, queue } = stage(3)
    const outcomes = ['a', 'b', 'c'].map((pk) =>
      queue.put(item(pk), isAbsent).then(
        (inTheWay) => (inTheWay === undefined ? 'written' : 'in the way'),
        (thrown: Error) => thrown.name,
      ),
    )
    await turn()
    sent[0]?.answer()
    sent[1]?.fail('ConditionalCheckFailedException')
    sent[2]?.fail('TimeoutError')
    expect(await Promise.all(outcomes)).toEqual(['written', 'in the way', 'TimeoutError'])
  })

  it('spares what was put for now when its replacement comes before it has begun', async () => {
    const { sent, queue } = stage(1)
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
    const { sent, queue } = stage(1)
    void queue.putForNow(item('a', ' open'), isAbsent, same)
    await turn()
    void queue.replace(item('a', ' closed'), isAbsent, { pk: 'a', sk: 'record' }, same)
    sent[0]?.answer()
    await turn()
    expect(itemsOf(sent)).toEqual(['a open', 'a closed'])
  })
})
