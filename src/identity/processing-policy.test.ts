import { describe, expect, it } from 'vitest'
import { describeDemand, describeKnown, fulfils, readDataPolicy, stateOver } from './processing-policy.ts'

describe('a demand on data', () => {
  it.each([
    [{ region: ['eu'] }, { regions: ['eu'] }, true],
    [{ region: ['eu', 'ch'] }, { regions: ['eu', 'ch'] }, true],
    [{ region: ['eu'] }, { regions: ['eu', 'us'] }, false],
    [{ region: ['eu'] }, {}, false],
    [{ region: ['eu'] }, { regions: [] }, false],
    [{ retention: 'none' }, { retentionDays: 0 }, true],
    [{ retention: 'none' }, { retentionDays: 30 }, false],
    [{ retention: '30d' }, { retentionDays: 30 }, true],
    [{ retention: '29d' }, { retentionDays: 30 }, false],
    [{ retention: '30d' }, { retentionDays: 0 }, true],
    [{ retention: '30d' }, {}, false],
    [{ training: 'never' }, { training: 'never' }, true],
    [{ training: 'never' }, { training: 'used' }, false],
    [{ training: 'never' }, {}, false],
    [{ region: ['eu'], training: 'never' }, { regions: ['eu'] }, false],
  ] as const)('%j is compared with what is known: %j', (demand, known, isFulfilled) => {
    expect(fulfils(demand, known)).toBe(isFulfilled)
  })

  it('is said in words beside what is known', () => {
    const demand = { region: ['eu', 'ch'], retention: 'none', training: 'never' } as const
    expect(describeDemand(demand)).toBe('region eu or ch, retention none, training never')
    expect(describeKnown(demand, { regions: ['us'], retentionDays: 30 })).toBe(
      'region us, retention 30d, training unknown',
    )
    expect(describeKnown({ retention: '30d' }, { retentionDays: 0 })).toBe('retention none')
  })

  it('is compared with what an account states in place of what is published', () => {
    const published = { retentionDays: 30, training: 'never' } as const
    expect(stateOver(published, { retention: 'none', region: ['eu'] })).toEqual({
      regions: ['eu'],
      retentionDays: 0,
      training: 'never',
    })
  })
})

describe('a data policy that is saved', () => {
  it.each([
    [[]],
    ['eu'],
    [{}],
    [{ regions: ['eu'] }],
    [{ region: 'eu' }],
    [{ region: [] }],
    [{ region: ['EU'] }],
    [{ region: ['europe'] }],
    [{ retention: '0d' }],
    [{ retention: '30' }],
    [{ retention: 30 }],
    [{ retention: '9999d' }],
    [{ training: 'used' }],
    [{ training: false }],
    [{ region: null }],
  ])('is refused when it would mean something else than it says: %j', (value) => {
    expect(() => readDataPolicy(value, 'defaults.data_policy', 'demand')).toThrow(/^defaults\.data_policy/)
  })

  it('may state that data is used for training, and no more', () => {
    expect(readDataPolicy({ training: 'used' }, 'data_policy', 'statement')).toEqual({ training: 'used' })
    expect(readDataPolicy({ region: ['eu', 'eu'], retention: '30d', training: 'never' }, 'p', 'demand')).toEqual({
      region: ['eu'],
      retention: '30d',
      training: 'never',
    })
  })
})
