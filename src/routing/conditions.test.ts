import { describe, expect, it } from 'vitest'
import { PatternBudget } from '../patterns/pattern.ts'
import { meetsQuery, queryFaults, type RequestFacts } from './conditions.ts'

const facts: RequestFacts = {
  metadata: { plan: 'pro', age: '42', 'a.b': 'dotted', long: 'x'.repeat(2_001) },
  params: {
    max_tokens: 500,
    stream: true,
    tools: [{ type: 'function' }],
    reasoning: { effort: 'high' },
    user: null,
    stop: ['a', 'b'],
  },
  pathname: '/v1/chat/completions',
  patterns: new PatternBudget(),
  limitUsedShare: async () => 0.9,
}

describe('a query', () => {
  it.each<[string, Record<string, unknown>, boolean]>([
    ['an empty one holds always', {}, true],
    ['the used share of a limit, reached', { 'limit.used_share': { $gte: 0.9 } }, true],
    ['the used share of a limit, not reached', { 'limit.used_share': { $gt: 0.9 } }, false],
    ['a literal is equality', { 'metadata.plan': 'pro' }, true],
    ['of the same type', { 'metadata.age': 42 }, false],
    ['a missing value equals nothing', { 'metadata.none': 'x' }, false],
    ['$eq', { 'params.max_tokens': { $eq: 500 } }, true],
    ['$ne holds for what is missing', { 'metadata.none': { $ne: 'x' } }, true],
    ['$gt reads numbers in text', { 'metadata.age': { $gt: 41 } }, true],
    ['$gt is strict', { 'metadata.age': { $gt: 42 } }, false],
    ['$gte', { 'metadata.age': { $gte: '42' } }, true],
    ['$lt', { 'params.max_tokens': { $lt: 501 } }, true],
    ['$lte', { 'params.max_tokens': { $lte: 499 } }, false],
    ['a number against no number', { 'metadata.plan': { $gt: 1 } }, false],
    ['$in', { 'metadata.plan': { $in: ['free', 'pro'] } }, true],
    ['$nin', { 'metadata.plan': { $nin: ['free', 'pro'] } }, false],
    ['$nin holds for what is missing', { 'metadata.none': { $nin: ['x'] } }, true],
    ['$regex', { 'url.pathname': { $regex: '^/v1/chat' } }, true],
    ['a broken $regex holds never', { 'url.pathname': { $regex: '(' } }, false],
    ['$regex of nothing holds never', { 'metadata.none': { $regex: '.*' } }, false],
    ['several operators must all hold', { 'params.max_tokens': { $gt: 100, $lt: 400 } }, false],
    ['an operator after $regex counts', { 'metadata.plan': { $regex: 'pro', $ne: 'pro' } }, false],
    ['several keys must all hold', { 'metadata.plan': 'pro', 'params.stream': false }, false],
    ['a key after $or counts', { $or: [{ 'metadata.plan': 'pro' }], 'params.stream': false }, false],
    ['a key after $and counts', { $and: [{ 'metadata.plan': 'pro' }], 'params.stream': false }, false],
    ['$or needs one', { $or: [{ 'metadata.plan': 'free' }, { 'params.stream': true }] }, true],
    ['$and needs all', { $and: [{ 'metadata.plan': 'pro' }, { 'params.stream': false }] }, false],
    ['they nest', { $and: [{ $or: [{ 'metadata.plan': 'x' }, { $and: [{}] }] }] }, true],
    ['metadata keys may have dots', { 'metadata.a.b': 'dotted' }, true],
    ['params are read in depth', { 'params.reasoning.effort': 'high' }, true],
    ['and into arrays', { 'params.tools.0.type': 'function' }, true],
    ['null is a value', { 'params.user': null }, true],
    ['inherited members are not', { 'params.constructor': { $ne: undefined } }, false],
    ['a path through a text leads nowhere', { 'params.reasoning.effort.deep': { $ne: 'x' } }, true],
    ['a pattern is a text', { 'params.max_tokens': { $regex: 500 } }, false],
    ['a pattern that is too long holds never', { 'metadata.plan': { $regex: `pro|${'x'.repeat(500)}` } }, false],
    ['a long text is matched too', { 'metadata.long': { $regex: '^x+$' } }, true],
    ['$regex reads a list with commas', { 'params.stop': { $regex: '^a,b$' } }, true],
    ['$regex reads no objects', { 'params.tools': { $regex: 'object' } }, false],
    ['$or of no list holds never', { $or: { 'metadata.plan': 'pro' } }, false],
    ['unknown sources have no value', { 'headers.x': 'y' }, false],
  ])('%s', async (_, query, holds) => {
    expect(await meetsQuery(query, facts)).toBe(holds)
  })

  it('refuses an operator that does not exist', async () => {
    await expect(meetsQuery({ 'metadata.plan': { $like: 'p' } }, facts)).rejects.toThrow(
      'Unsupported operator used in the query router: $like',
    )
    await expect(meetsQuery({ $not: {} }, facts)).rejects.toThrow('Unsupported operator used in the query router: $not')
    for (const name of ['constructor', 'toString', '__proto__'])
      await expect(meetsQuery({ 'metadata.plan': Object.fromEntries([[name, 'p']]) }, facts)).rejects.toThrow(
        `Unsupported operator used in the query router: ${name}`,
      )
  })
})

describe('a pattern in a query (issue 9)', () => {
  const slow = `${'a'.repeat(60)}b`
  const about = (text: string): RequestFacts => ({ ...facts, metadata: { text }, patterns: new PatternBudget() })

  it('that backtracks without end is decided all the same', async () => {
    expect(await meetsQuery({ 'metadata.text': { $regex: '^(a+)+$' } }, about(slow))).toBe(false)
    expect(await meetsQuery({ 'metadata.text': { $regex: '(a*)*b' } }, about(slow))).toBe(true)
  })

  it('that cannot be decided in time ends the request, in words', async () => {
    const query = { 'metadata.text': { $regex: '^(?=a)(a+)+$' } }
    await expect(meetsQuery(query, about(slow))).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining("the pattern '^(?=a)(a+)+$' did not finish"),
    })
  })
})

describe('the faults of a query', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ 'metadata.plan': { $like: 'p' } }, 'Unsupported operator used in the query router: $like'],
    [{ 'metadata.plan': { toString: 'p' } }, 'Unsupported operator used in the query router: toString'],
    [{ 'metadata.plan': { $regex: 'x'.repeat(501) } }, '$regex is no regular expression of at most 500 characters'],
    [{ 'metadata.plan': { $regex: 5 } }, '$regex is no regular expression'],
    [{ $and: [{ $nor: [] }] }, 'Unsupported operator used in the query router: $nor'],
    [{ $or: { 'metadata.plan': 'pro' } }, '$or must be an array of queries'],
    [{ 'metadata.plan': { $in: 'pro' } }, '$in must be an array of values'],
    [{ 'metadata.plan': { $regex: '(' } }, '$regex is no regular expression'],
    [{ plan: 'pro' }, "'plan' names nothing to ask about"],
    [{ 'limit.used': 0.5 }, "'limit.used' names nothing to ask about"],
    [{ 'limit.used_share': { $gte: 90 } }, 'a number from 0 to 1, e.g. { "$gte": 0.9 }; got 90'],
    [{ 'limit.used_share': { $gte: '0.9' } }, 'a number from 0 to 1, e.g. { "$gte": 0.9 }; got "0.9"'],
    [{ 'limit.used_share': { $over: 0.9 } }, 'Unsupported operator used in the query router: $over'],
  ])('of %j', (query, fault) => {
    expect(queryFaults(query)).toEqual([expect.stringContaining(fault)])
  })

  it('are none for what the grammar allows', () => {
    expect(
      queryFaults({ $or: [{ 'metadata.a': { $in: [1], $regex: 'x' } }, { 'url.pathname': '/' }], 'params.a.b': 1 }),
    ).toEqual([])
  })
})
