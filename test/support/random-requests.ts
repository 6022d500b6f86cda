/** Random requests to one table with an index and a stream: items of every type, expressions good and bad, transactions, pages. */
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Dice } from '../simulate/scheduler.ts'

type Item = Record<string, AttributeValue>

/** What an expression of a request uses, collected as it is written. */
interface Placeholders {
  readonly names: Record<string, string>
  readonly values: Item
}

const partitions = ['p1', 'p2', 'pü']
const sorts = ['a', 'ab', 'abc', 'b', 'ü', '\u{1f600}', '￿']
const attributes = ['n', 's', 'm', 'l', 'set', 'x']

export class RandomRequests {
  readonly #dice: Dice
  readonly #table: string

  constructor(dice: Dice, table: string) {
    this.#dice = dice
    this.#table = table
  }

  next() {
    const { pick } = this.#dice
    return pick([
      () => this.#put(),
      () => this.#put(),
      () => this.#update(),
      () => this.#update(),
      () => this.#update(),
      () => this.#delete(),
      () => this.#get(),
      () => this.#query(),
      () => this.#query(),
      () => this.#scan(),
      () => this.#batchGet(),
      () => this.#batchWrite(),
      () => this.#transact(),
    ])()
  }

  #put() {
    const { chance, pick } = this.#dice
    return new PutItemCommand({
      TableName: this.#table,
      Item: this.#item(),
      ...this.#condition(0.5),
      ...(chance(0.3) && { ReturnValues: pick(['ALL_OLD', 'NONE'] as const) }),
      ...(chance(0.5) && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
      ...(chance(0.3) && { ReturnConsumedCapacity: 'INDEXES' as const }),
    })
  }

  #update() {
    const { chance, pick } = this.#dice
    return new UpdateItemCommand({
      TableName: this.#table,
      ...this.#updateOf(0.5),
      ...(chance(0.7) && {
        ReturnValues: pick(['ALL_NEW', 'ALL_OLD', 'NONE'] as const),
      }),
      ...(chance(0.5) && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
    })
  }

  #delete() {
    const { chance } = this.#dice
    return new DeleteItemCommand({
      TableName: this.#table,
      Key: this.#key(),
      ...this.#condition(0.5),
      ...(chance(0.5) && { ReturnValues: 'ALL_OLD' as const }),
    })
  }

  #get() {
    const { chance } = this.#dice
    return new GetItemCommand({
      TableName: this.#table,
      Key: this.#key(),
      ConsistentRead: true,
      ...(chance(0.3) && this.#projection()),
    })
  }

  #query() {
    const { chance, pick, between } = this.#dice
    const isIndex = chance(0.4)
    const used: Placeholders = { names: {}, values: {} }
    const [partition, sort] = isIndex ? ['gp', 'gs'] : ['pk', 'sk']
    const parts = [`${partition} = ${value(used, text(isIndex ? pick(['g1', 'g2']) : pick(partitions)))}`]
    const bound = () => value(used, text(pick(sorts)))
    if (chance(0.6))
      parts.push(
        pick([
          () => `${sort} ${pick(['=', '<', '<=', '>', '>='])} ${bound()}`,
          () => `begins_with(${sort}, ${bound()})`,
          () => `${sort} BETWEEN ${bound()} AND ${bound()}`,
        ])(),
      )
    const filter = chance(0.3) ? this.#conditionText(used, 1) : undefined
    return new QueryCommand({
      TableName: this.#table,
      ...(isIndex && { IndexName: 'index' }),
      KeyConditionExpression: (chance(0.5) ? parts : parts.toReversed()).join(' AND '),
      ...(filter !== undefined && { FilterExpression: filter }),
      ...given(used),
      ...(chance(0.5) && { ScanIndexForward: chance(0.5) }),
      ...(chance(0.5) && { Limit: between(1, 5) }),
      ...(chance(0.2) && { Select: 'COUNT' as const }),
    })
  }

  #scan() {
    const { chance } = this.#dice
    const used: Placeholders = { names: {}, values: {} }
    return new ScanCommand({
      TableName: this.#table,
      ConsistentRead: true,
      ...(chance(0.7) && { FilterExpression: this.#conditionText(used, 2) }),
      ...given(used),
    })
  }

  #batchGet() {
    const Keys = Array.from({ length: this.#dice.between(1, 4) }, () => this.#key())
    return new BatchGetItemCommand({ RequestItems: { [this.#table]: { Keys, ConsistentRead: true } } })
  }

  #batchWrite() {
    const { between, chance } = this.#dice
    const requests = Array.from({ length: between(1, 3) }, () =>
      chance(0.7) ? { PutRequest: { Item: this.#item() } } : { DeleteRequest: { Key: this.#key() } },
    )
    return new BatchWriteItemCommand({ RequestItems: { [this.#table]: requests } })
  }

  #transact() {
    const { between, pick, chance } = this.#dice
    const TableName = this.#table
    const all = (): TransactWriteItem =>
      pick([
        () => ({ Put: { TableName, Item: this.#item(), ...this.#condition(0.5) } }),
        () => ({ Update: { TableName, ...this.#updateOf(0.4) } }),
        () => ({ Delete: { TableName, Key: this.#key(), ...this.#condition(0.4) } }),
        () => {
          const condition = this.#condition(1)
          return {
            ConditionCheck: { TableName, Key: this.#key(), ConditionExpression: 'attribute_exists(pk)', ...condition },
          }
        },
      ])()
    const items = Array.from({ length: between(1, 3) }, all)
    return new TransactWriteItemsCommand({
      TransactItems: items,
      ...(chance(0.2) && { ReturnConsumedCapacity: 'TOTAL' as const }),
    })
  }

  #projection() {
    const used: Placeholders = { names: {}, values: {} }
    const paths = [...new Set([this.#path(used), this.#path(used)])]
    return { ProjectionExpression: paths.join(', '), ...given(used) }
  }

  #key(): Item {
    const { pick, chance } = this.#dice
    const key = { pk: text(pick(partitions)), sk: text(pick(sorts)) }
    if (chance(0.97)) return key
    return pick([{ pk: key.pk }, { ...key, pk: { N: '1' } }, { ...key, extra: key.pk }, { ...key, sk: text('') }])
  }

  #item(): Item {
    const { chance, pick } = this.#dice
    const item: Item = { ...this.#key() }
    if (chance(0.6)) item.gp = chance(0.97) ? text(pick(['g1', 'g2'])) : { N: '1' }
    if (chance(0.7)) item.gs = text(pick(sorts))
    for (const name of attributes) if (chance(0.4)) item[name] = this.#attribute(name)
    return item
  }

  /** Of the type that the name suggests, as likely as said. */
  #attribute(name: string, likelihood = 0.85): AttributeValue {
    const { chance, pick, between } = this.#dice
    const number = () => ({
      N: pick([String(between(-9, 9)), '1.50', '0.1', '-0.0', '1e3', '12345678901234567890', '1e-5']),
    })
    const byName: Record<string, () => AttributeValue> = {
      n: number,
      s: () => text(pick(['', 'a', 'ab', 'b', 'ü'])),
      m: () => ({ M: { a: number(), b: { M: { c: text(pick(['a', 'b'])) } }, l: { L: [number()] } } }),
      l: () => ({ L: Array.from({ length: between(0, 3) }, number) }),
      set: () => ({ SS: pick([['a'], ['a', 'b'], ['b', 'c', 'd']]) }),
      x: () =>
        pick<AttributeValue>([
          { BOOL: chance(0.5) },
          { NULL: true },
          { NS: ['1', '2.0'] },
          { B: new Uint8Array([1, 2, 3]) },
          { BS: [new Uint8Array([1]), new Uint8Array([2])] },
        ]),
    }
    const make = byName[chance(likelihood) ? name : pick(attributes)] ?? number
    return make()
  }

  #condition(probability: number) {
    if (!this.#dice.chance(probability)) return {}
    const used: Placeholders = { names: {}, values: {} }
    return { ConditionExpression: this.#conditionText(used, 2), ...given(used) }
  }

  #conditionText(used: Placeholders, depth: number): string {
    const { pick, chance } = this.#dice
    const inner = () => this.#conditionText(used, depth - 1)
    const literal = () => value(used, this.#attribute(pick(attributes)))
    // only these have an order, and not every implementation refuses the others
    const orderedLiteral = () => value(used, this.#attribute(pick(['n', 's']), 1))
    const single = [
      () => `attribute_exists(${this.#path(used)})`,
      () => `attribute_not_exists(${this.#path(used)})`,
      () => `${this.#path(used)} ${pick(['=', '<>'])} ${literal()}`,
      () => `${this.#path(used)} ${pick(['<', '<=', '>', '>='])} ${orderedLiteral()}`,
      () => `${literal()} ${pick(['=', '<>'])} ${this.#path(used)}`,
      () => `${pick(['n', 's'])} ${pick(['=', '<>', '<', '>='])} ${pick(['l', 'x', 'm.a', 'l[0]'])}`,
      () => `${this.#path(used)} BETWEEN ${value(used, { N: '-3' })} AND ${value(used, { N: '4' })}`,
      () => `${this.#path(used)} IN (${literal()}, ${literal()})`,
      () => `begins_with(${this.#path(used)}, ${value(used, text('a'))})`,
      () => `contains(${this.#path(used)}, ${literal()})`,
      () => `attribute_type(${this.#path(used)}, ${value(used, text(pick(['S', 'N', 'L', 'M', 'SS', 'NULL', 'B'])))})`,
      () => `size(${this.#path(used)}) ${pick(['=', '<', '>'])} ${value(used, { N: pick(['0', '1', '2', '3']) })}`,
    ]
    if (depth === 0 || chance(0.5)) return pick(single)()
    return pick([
      () => `${inner()} AND ${inner()}`,
      () => `${inner()} OR ${inner()}`,
      () => `NOT ${pick(single)()}`,
      () => `(${inner()} OR ${inner()}) AND ${inner()}`,
    ])()
  }

  #path(used: Placeholders): string {
    const { pick, chance } = this.#dice
    const first = pick(attributes)
    const start = chance(0.5) ? name(used, first) : first === 'set' ? name(used, first) : first
    if (chance(0.7)) return start
    return `${start}${pick(['.a', '.b.c', '[0]', '[1]', '.l[0]', '.nothing'])}`
  }

  /** What is set past the end of a list goes to its end, and implementations differ in what they call updated then. */
  #target(used: Placeholders): string {
    return this.#path(used).replace('[1]', '[0]')
  }

  #updateOf(conditionProbability: number) {
    const { chance, pick } = this.#dice
    const used: Placeholders = { names: {}, values: {} }
    const sections: string[] = []
    const number = () => value(used, { N: pick(['1', '-2', '0.5']) })
    const source = () =>
      pick([
        () => value(used, this.#attribute(pick(attributes))),
        () => this.#path(used),
        () => `if_not_exists(${this.#path(used)}, ${number()})`,
        () => `if_not_exists(n, ${number()}) + ${number()}`,
        () => `n - ${number()}`,
        () => `list_append(${pick(['l', name(used, 'l')])}, ${value(used, { L: [{ N: '7' }] })})`,
      ])()
    const many = (one: () => string) => Array.from({ length: chance(0.8) ? 1 : 2 }, one).join(', ')
    if (chance(0.6)) sections.push(`SET ${many(() => `${this.#target(used)} = ${source()}`)}`)
    if (chance(0.3)) sections.push(`REMOVE ${many(() => this.#path(used))}`)
    if (chance(0.3)) sections.push(`ADD ${pick(['n', name(used, 'n')])} ${number()}`)
    if (chance(0.15)) sections.push(`DELETE ${name(used, 'set')} ${value(used, { SS: ['a', 'b'] })}`)
    if (sections.length === 0) sections.push(`ADD ${name(used, 'set')} ${value(used, { SS: ['z'] })}`)
    const condition = chance(conditionProbability) ? { ConditionExpression: this.#conditionText(used, 1) } : {}
    return { Key: this.#key(), UpdateExpression: sections.join(' '), ...condition, ...given(used) }
  }
}

function text(content: string): AttributeValue {
  return { S: content }
}

function name(used: Placeholders, attribute: string): string {
  const placeholder = `#${attribute}`
  used.names[placeholder] = attribute
  return placeholder
}

function value(used: Placeholders, content: AttributeValue): string {
  const placeholder = `:v${Object.keys(used.values).length}`
  used.values[placeholder] = content
  return placeholder
}

function given({ names, values }: Placeholders) {
  return {
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  }
}
