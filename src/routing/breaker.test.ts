import { describe, expect, it } from 'vitest'
import { manualAmbient } from '../../test/support/manual-ambient.ts'
import { memoryBreakers } from '../../test/support/memory-breakers.ts'
import { GatewayError } from '../errors.ts'
import { Breakers } from './breaker.ts'
import { isFailureOf } from './circuit.ts'
import type { BreakerSetting } from './config.ts'

const three: BreakerSetting = { failureThreshold: 3, minimumRequests: 5, cooldownMs: 30_000 }
const half: BreakerSetting = { failurePercentage: 50, minimumRequests: 4, cooldownMs: 30_000 }

function stage() {
  const ambient = manualAmbient()
  const store = memoryBreakers()
  const instance = () => new Breakers(store, ambient)
  const fail = async (breakers: Breakers, times: number, setting = three) => {
    for (let count = 0; count < times; count++) await breakers.record('c', setting, true)
  }
  return { ambient, store, instance, fail, one: instance(), two: instance() }
}

describe('a circuit breaker', () => {
  it('opens after so many failures, counted over all instances, and every instance learns of it', async () => {
    const { one, two, fail, ambient } = stage()
    await fail(one, 2)
    expect(one.isBlocked('c')).toBe(false)
    await fail(two, 1)
    expect(two.isBlocked('c')).toBe(true)
    ambient.advance(2_000)
    await one.look(['c'])
    expect(one.isBlocked('c')).toBe(true)
  })

  it('asks the others at most once in two seconds, and takes a circuit nobody has for closed', async () => {
    const { ambient, store, fail } = stage()
    const asked: string[] = []
    let isGone = false
    const read: typeof store.read = async (keys) => {
      asked.push(...keys)
      return isGone ? new Map() : store.read(keys)
    }
    const one = new Breakers({ ...store, read }, ambient)
    await fail(one, 3)
    await one.look(['c', 'd'])
    await one.look(['c', 'd'])
    expect(asked).toEqual(['d'])
    ambient.advance(2_000)
    await one.look(['c'])
    expect(one.isBlocked('c')).toBe(true)
    isGone = true
    ambient.advance(2_000)
    await one.look(['c'])
    expect(one.isBlocked('c')).toBe(false)
  })

  it('lets everybody in while it is closed, and counts no successes unless a share is asked for', async () => {
    const { ambient, store } = stage()
    const counted: unknown[] = []
    const count: typeof store.count = async (key, added) => {
      counted.push(added)
      return store.count(key, added)
    }
    const one = new Breakers({ ...store, count }, ambient)
    for (let times = 0; times < 100; times++) {
      expect(await one.enter('c')).toBe(true)
      await one.record('c', three, false)
    }
    expect(counted).toEqual([])
  })

  it('is not kept open by the failures of requests that began before', async () => {
    const { one, fail, ambient } = stage()
    await fail(one, 3)
    ambient.advance(20_000)
    await fail(one, 5)
    ambient.advance(10_000)
    expect(one.isBlocked('c')).toBe(false)
  })

  it('tells once that it opened and once that it closed, however many instances see it', async () => {
    const { one, two, fail, ambient } = stage()
    await fail(one, 2)
    await fail(two, 2)
    await fail(one, 1)
    ambient.advance(30_000)
    for (const each of [one, two]) await each.look(['c'])
    await one.enter('c')
    await one.record('c', three, false)
    await two.record('c', three, false)
    expect(ambient.lines.map(({ message }) => message)).toEqual([
      'a circuit breaker opened',
      'a circuit breaker closed',
    ])
  })

  it('is not told of by one that opens it a moment after another', async () => {
    const { ambient, store, fail } = stage()
    const late = new Breakers({ ...store, open: async () => false }, ambient)
    await fail(late, 3)
    expect(late.isBlocked('c')).toBe(true)
    expect(ambient.lines).toEqual([])
  })

  it('forgets rather than grow without end, and learns again from the others', async () => {
    const { one, fail } = stage()
    await fail(one, 3)
    for (let other = 0; other < 10_000; other++) one.isBlocked(`other-${other}`)
    expect(one.isBlocked('c')).toBe(false)
    await one.look(['c'])
    expect(one.isBlocked('c')).toBe(true)
  })

  it('forgets the failures of an older window', async () => {
    const { one, fail, ambient } = stage()
    await fail(one, 2)
    ambient.advance(60_000)
    await fail(one, 2)
    expect(one.isBlocked('c')).toBe(false)
  })

  it('lets one request try it after its time, and closes when that goes well', async () => {
    const { one, two, fail, ambient } = stage()
    await fail(one, 3)
    ambient.advance(30_000)
    for (const each of [one, two]) await each.look(['c'])
    expect(one.isBlocked('c')).toBe(false)
    expect(await one.enter('c')).toBe(true)
    expect(await two.enter('c')).toBe(false)
    await one.record('c', three, false)
    expect(one.isBlocked('c')).toBe(false)
    ambient.advance(2_000)
    await two.look(['c'])
    expect(two.isBlocked('c')).toBe(false)
    await fail(two, 2)
    expect(two.isBlocked('c')).toBe(false)
  })

  it('opens again when the trial fails', async () => {
    const { one, fail, ambient } = stage()
    await fail(one, 3)
    ambient.advance(30_000)
    await one.enter('c')
    await one.record('c', three, true)
    expect(one.isBlocked('c')).toBe(true)
    ambient.advance(30_000)
    expect(one.isBlocked('c')).toBe(false)
  })

  it('lets another try when the one with the trial never came back', async () => {
    const { one, two, fail, ambient } = stage()
    await fail(one, 3)
    ambient.advance(30_000)
    await one.enter('c')
    ambient.advance(60_000)
    await two.look(['c'])
    expect(await two.enter('c')).toBe(true)
  })

  it('opens at a share of failures once there were enough requests', async () => {
    const { one, fail } = stage()
    await one.record('c', half, false)
    await fail(one, 2, half)
    expect(one.isBlocked('c')).toBe(false)
    await fail(one, 1, half)
    expect(one.isBlocked('c')).toBe(true)
  })

  it('does not open at a share below', async () => {
    const { one, fail } = stage()
    for (let count = 0; count < 30; count++) await one.record('c', half, false)
    await fail(one, 20, half)
    expect(one.isBlocked('c')).toBe(false)
  })

  it('goes on alone when the circuits cannot be shared', async () => {
    const { ambient } = stage()
    const broken = () => Promise.reject(new Error('no table'))
    const alone = new Breakers({ read: broken, count: broken, open: broken, probe: broken, close: broken }, ambient)
    await alone.look(['c'])
    for (let count = 0; count < 3; count++) await alone.record('c', three, true)
    expect(alone.isBlocked('c')).toBe(true)
    ambient.advance(30_000)
    expect(await alone.enter('c')).toBe(true)
    expect(await alone.enter('c')).toBe(false)
    await alone.record('c', three, false)
    expect(alone.isBlocked('c')).toBe(false)
  })
})

describe('what counts as a failure', () => {
  it.each<[GatewayError | undefined, boolean | undefined]>([
    [undefined, false],
    [new GatewayError('upstream_rejected', 'x', { status: 500 }), true],
    [new GatewayError('upstream_rejected', 'x', { status: 429 }), false],
    [new GatewayError('upstream_unavailable', 'x'), true],
    [new GatewayError('request_timeout', 'x'), true],
    [new GatewayError('rate_limit_exceeded', 'x'), undefined],
    [new GatewayError('usage_limit_exceeded', 'x'), undefined],
    [new GatewayError('client_closed', 'x'), undefined],
    [new GatewayError('guardrail_denied', 'x', { deniedHook: 'input' }), undefined],
    [new GatewayError('guardrail_denied', 'x', { deniedHook: 'output' }), false],
  ])('%s → %s', (error, isFailure) => {
    expect(isFailureOf(error, three)).toBe(isFailure)
  })

  it('is what the config lists, when it does', () => {
    const listed = { ...three, failureStatusCodes: [429, 446] }
    expect(isFailureOf(new GatewayError('guardrail_denied', 'x', { deniedHook: 'output' }), listed)).toBe(true)
    expect(isFailureOf(new GatewayError('upstream_rejected', 'x', { status: 429 }), listed)).toBe(true)
    expect(isFailureOf(new GatewayError('upstream_rejected', 'x', { status: 500 }), listed)).toBe(false)
  })
})
