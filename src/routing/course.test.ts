import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import { PatternBudget } from '../patterns/pattern.ts'
import type { Params } from './config.ts'
import { follow } from './course.ts'
import type { Admission, Course, StickyFacts } from './mode.ts'
import { leavesOf, makePlan, type PlanNode } from './plan.ts'
import { readConfig } from './read-config.ts'

const plans = new WeakMap<Params, PlanNode>()
const planOf = (config: Params): PlanNode => {
  const plan = plans.get(config) ?? makePlan(readConfig(config).root)
  plans.set(config, plan)
  return plan
}
const facts: StickyFacts = {
  metadata: {},
  params: {},
  pathname: '/',
  headers: {},
  apiKeyId: 'k',
  version: 'v1',
  patterns: new PatternBudget(),
  limitUsedShare: async () => 0,
}
const open: Admission = { isBlocked: () => false, enter: async () => true }
const blocking = (...paths: readonly string[]): Admission => {
  const isBlocked = (node: PlanNode): boolean =>
    node.type === 'leaf' ? paths.includes(node.path) : node.children.every(isBlocked)
  return { isBlocked, enter: async (node) => !isBlocked(node) }
}

/** Statuses by leaf path; 200 answers. */
async function run(config: Params, statuses: Readonly<Record<string, number>>, more: Partial<Course<string>> = {}) {
  const called: string[] = []
  const course: Course<string> = {
    facts,
    nowMs: () => 0,
    random: () => 0.5,
    admission: open,
    costOf: async () => undefined,
    async call(leaf) {
      called.push(leaf.path)
      const status = statuses[leaf.path] ?? 200
      if (status !== 200) throw new GatewayError('upstream_rejected', `${leaf.path} ${status}`, { status })
      return leaf.path
    },
    ...more,
  }
  const end = await follow(planOf(config), course).catch((error: GatewayError) => error.message)
  return { called, end }
}

const a = 'config.targets[0]'
const b = 'config.targets[1]'
const three = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]

describe('single', () => {
  it('is the first target, also without a strategy', async () => {
    expect(await run({ targets: three }, { [a]: 500 })).toEqual({ called: [a], end: `${a} 500` })
  })
})

describe('a branch without targets', () => {
  it.each(['single', 'loadbalance'])('cannot be followed (%s)', async (mode) => {
    const { called, end } = await run({ strategy: { mode }, targets: [] }, {})
    expect(called).toEqual([])
    expect(end).toBe('Invalid config passed: config has no targets')
  })
})

describe('fallback', () => {
  it('ends with the first good answer', async () => {
    expect(await run({ strategy: { mode: 'fallback' }, targets: three }, { [a]: 400 })).toEqual({
      called: [a, b],
      end: b,
    })
  })

  it('goes on at the listed statuses only', async () => {
    const config = { strategy: { mode: 'fallback', on_status_codes: [429] }, targets: three }
    expect((await run(config, { [a]: 429, [b]: 500 })).called).toEqual([a, b])
  })

  it.each([
    ['nobody answered', [429, 500], true],
    ['nobody answered', [429], false],
  ])('goes on when %s and the list is %j: %s', async (_, codes, isNext) => {
    const called: string[] = []
    const call = async ({ path }: { path: string }) => {
      called.push(path)
      if (path === a) throw new GatewayError('upstream_unavailable', 'refused')
      return path
    }
    await run({ strategy: { mode: 'fallback', on_status_codes: codes }, targets: three }, {}, { call })
    expect(called).toEqual(isNext ? [a, b] : [a])
  })

  it.each([
    [446, undefined, true],
    [446, [446], true],
    [446, [246, 500], false],
    [246, undefined, false],
    [246, [246], true],
    [246, [446, 500], false],
  ])('goes on at %i of a guardrail when the list is %j: %s', async (status, codes, isNext) => {
    const called: string[] = []
    const call = async ({ path }: { path: string }) => {
      called.push(path)
      if (path === a) throw new GatewayError('guardrail_denied', 'denied', { status })
      return path
    }
    const strategy = { mode: 'fallback', ...(codes === undefined ? {} : { on_status_codes: codes }) }
    await run({ strategy, targets: three }, {}, { call })
    expect(called).toEqual(isNext ? [a, b] : [a])
  })

  it('never goes on with an empty list', async () => {
    const config = { strategy: { mode: 'fallback', on_status_codes: [] }, targets: three }
    expect((await run(config, { [a]: 500 })).called).toEqual([a])
  })

  it.each(['client_closed', 'internal', 'upstream_interrupted'] as const)('ends at %s', async (code) => {
    const called: string[] = []
    const call = async ({ path }: { path: string }) => {
      called.push(path)
      throw new GatewayError(code, 'over')
    }
    expect((await run({ strategy: { mode: 'fallback' }, targets: three }, {}, { call })).end).toBe('over')
    expect(called).toEqual([a])
  })

  it('leaves out what is out of service, unless everything is', async () => {
    const config = { strategy: { mode: 'fallback' }, targets: three }
    expect((await run(config, {}, { admission: blocking(a) })).called).toEqual([b])
    const all = blocking(a, b, 'config.targets[2]')
    expect((await run(config, { [a]: 500 }, { admission: all })).called).toEqual([a, b])
  })

  it('still calls one when every probe was lost to another instance', async () => {
    const lost: Admission = { isBlocked: () => false, enter: async () => false }
    expect((await run({ strategy: { mode: 'fallback' }, targets: three }, {}, { admission: lost })).called).toEqual([a])
  })
})

describe('loadbalance', () => {
  const config = { strategy: { mode: 'loadbalance' }, targets: [{ weight: 1 }, { weight: 3 }, { weight: 0 }] }

  it('chooses in proportion to the weights', async () => {
    let seed = 20_261_121
    const random = () => {
      seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32
      return seed / 2 ** 32
    }
    const counts = new Map<string, number>()
    for (let request = 0; request < 10_000; request++) {
      const { end } = await run(config, {}, { random })
      counts.set(end, (counts.get(end) ?? 0) + 1)
    }
    // Five standard deviations of a binomial with p = 1/4.
    expect(Math.abs((counts.get(a) ?? 0) - 2_500), 'seed 20261121').toBeLessThan(217)
    expect(counts.get('config.targets[2]')).toBeUndefined()
  })

  it('takes no second target', async () => {
    expect((await run(config, { [b]: 500 })).called).toEqual([b])
  })

  it('chooses among those in service', async () => {
    expect((await run(config, {}, { admission: blocking(b) })).called).toEqual([a])
    expect((await run(config, {}, { admission: blocking(a, b) })).called).toEqual([b])
  })

  it('chooses again where another request has the trial of the chosen, and still calls one where each is tried', async () => {
    const lost = (...paths: readonly string[]): Admission => ({
      ...open,
      enter: async ({ path }) => !paths.includes(path),
    })
    expect((await run(config, {}, { admission: lost(b) })).called).toEqual([a])
    expect((await run(config, {}, { admission: lost(a, b) })).called).toEqual([b])
  })

  it('takes the last where the sum of the weights is rounded below them', async () => {
    const targets = [{ weight: 0.1 }, { weight: 0.1 }, { weight: 0.4 }]
    const random = () => 1 - 2 ** -53
    expect((await run({ ...config, targets }, {}, { random })).called).toEqual(['config.targets[2]'])
  })

  it('takes the first where no target has a weight', async () => {
    const weightless = { strategy: { mode: 'loadbalance' }, targets: [{ weight: 0 }, { weight: 0 }] }
    expect((await run(weightless, {})).called).toEqual([a])
  })
})

describe('sticky', () => {
  const config = {
    strategy: { mode: 'loadbalance', sticky: { hash_fields: ['metadata._user', 'headers.X-Session'], ttl: 900 } },
    targets: [{ weight: 3 }, { weight: 1 }],
  }
  const of = (user: string, more: Partial<StickyFacts> = {}) => ({
    facts: { ...facts, metadata: { _user: user }, ...more },
  })
  const users = Array.from({ length: 4_000 }, (_, at) => `user-${at}`)

  it('is the same for one identity, whatever the dice say', async () => {
    for (const user of users.slice(0, 50)) {
      const one = await run(config, {}, { ...of(user), random: () => 0 })
      const other = await run(config, {}, { ...of(user), random: () => 0.99 })
      expect(one.end).toBe(other.end)
    }
  })

  it.each<[string, Partial<StickyFacts>]>([
    ['metadata.session', { metadata: { session: 'S' } }],
    ['headers.X-Session', { headers: { 'x-session': 'S' } }],
    ['params.user.id', { params: { user: { id: 'S' } } }],
  ])('goes by %s', async (field, more) => {
    const by = { strategy: { mode: 'loadbalance', sticky: { hash_fields: [field] } }, targets: [{}, {}] }
    const endsOf = (one: Partial<StickyFacts>) =>
      Promise.all(
        [0, 0.99].map(async (chance) => (await run(by, {}, { facts: { ...facts, ...one }, random: () => chance })).end),
      )
    const [first, again] = await endsOf(more)
    expect(again).toBe(first)
    expect(await endsOf({})).toEqual([a, b])
  })

  it('takes no inherited member for a value', async () => {
    const by = {
      strategy: { mode: 'loadbalance', sticky: { hash_fields: ['metadata.constructor'] } },
      targets: [{}, {}],
    }
    const ends = [0, 0.99].map(async (chance) => (await run(by, {}, { random: () => chance })).end)
    expect(await Promise.all(ends)).toEqual([a, b])
  })

  it('spreads identities by weight', async () => {
    const ends = await Promise.all(users.map(async (user) => (await run(config, {}, of(user))).end))
    const share = ends.filter((end) => end === a).length / users.length
    expect(share).toBeGreaterThan(0.71)
    expect(share).toBeLessThan(0.79)
  })

  it('chooses again after its lifetime, and for another version of the config', async () => {
    const isMoved = async (more: Partial<Course<string>>) => {
      const ends = users.slice(0, 200).map(async (user) => {
        const before = await run(config, {}, of(user))
        const after = await run(config, {}, { ...of(user), ...more, facts: { ...of(user).facts, ...more.facts } })
        return before.end !== after.end
      })
      return (await Promise.all(ends)).some((each) => each)
    }
    expect(await isMoved({})).toBe(false)
    expect(await isMoved({ nowMs: () => 900_000 })).toBe(true)
    expect(await isMoved({ facts: { ...facts, version: 'v2' } as StickyFacts })).toBe(true)
  })

  it('moves only those whose target is out of service', async () => {
    for (const user of users.slice(0, 100)) {
      const before = (await run(config, {}, of(user))).end
      const after = (await run(config, {}, { ...of(user), admission: blocking(b) })).end
      expect(after).toBe(a)
      if (before === a) expect(after).toBe(before)
    }
  })

  it('lets chance decide for a request without any of the fields', async () => {
    const ends = await Promise.all(
      [0.1, 0.9].map(async (chance) => (await run(config, {}, { random: () => chance })).end),
    )
    expect(ends).toEqual([a, b])
  })
})

describe('conditional', () => {
  const conditions = (query: Params, name: string) => [
    Object.fromEntries([
      ['query', query],
      ['then', name],
    ]),
  ]

  it('is the named target, nested strategies included', async () => {
    const config = {
      strategy: { mode: 'conditional', conditions: conditions({ 'metadata.x': '1' }, 'b'), default: 'a' },
      targets: [{ name: 'a' }, { name: 'b', strategy: { mode: 'fallback' }, targets: [{}, {}] }],
    }
    expect((await run(config, {})).called).toEqual([a])
    const inner = [`${b}.targets[0]`, `${b}.targets[1]`]
    const more = { facts: { ...facts, metadata: { x: '1' } } }
    expect((await run(config, { [`${b}.targets[0]`]: 500 }, more)).called).toEqual(inner)
  })

  it.each<[Params, string]>([
    [{ mode: 'conditional', conditions: [] }, 'No conditions passed in the query router'],
    [
      { mode: 'conditional', conditions: conditions({ 'metadata.x': '1' }, 'a') },
      'Query router did not resolve to any valid target',
    ],
    [{ mode: 'conditional', conditions: conditions({}, 'z') }, 'Invalid target name found in the query router: z'],
  ])('refuses %j', async (strategy, message) => {
    expect((await run({ strategy, targets: three }, {})).end).toContain(message)
  })
})

describe('any tree', () => {
  it('ends, calls each leaf at most once, and gives the last one’s answer', async () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
    let state = seed
    const random = () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31
      return state / 2 ** 31
    }
    const grow = (depth: number): Params => {
      if (depth === 0 || random() < 0.3) return { name: 'x', weight: Math.floor(random() * 3) + 1 }
      const mode = ['single', 'fallback', 'loadbalance', 'conditional'][Math.floor(random() * 4)]
      const targets = Array.from({ length: 1 + Math.floor(random() * 4) }, () => grow(depth - 1))
      const rules = mode === 'conditional' ? { conditions: conditions({}, 'x'), default: 'x' } : {}
      return { name: 'x', strategy: { mode, ...rules }, targets }
    }
    const conditions = (query: Params, name: string) => [
      Object.fromEntries([
        ['query', query],
        ['then', name],
      ]),
    ]
    for (let tree = 0; tree < 1_000; tree++) {
      const config = grow(4)
      const leaves = leavesOf(planOf(config))
      const statuses = Object.fromEntries(leaves.map(({ path }) => [path, random() < 0.6 ? 500 : 200]))
      const { called, end } = await run(config, statuses, { random })
      const last = called.at(-1) ?? ''
      expect(new Set(called).size, `SEED=${seed}`).toBe(called.length)
      expect(called.length).toBeGreaterThan(0)
      expect(called.length).toBeLessThanOrEqual(leaves.length)
      expect(end, `SEED=${seed}`).toBe(statuses[last] === 200 ? last : `${last} ${statuses[last]}`)
    }
  })
})

describe('the session of a client', () => {
  const balanced = { strategy: { mode: 'loadbalance' }, targets: [{ weight: 1 }, { weight: 1 }, { weight: 0 }] }
  const turn = async (session: string | undefined, more: Partial<Course<string>> = {}, config: Params = balanced) => {
    const headers: Record<string, string> = session === undefined ? {} : { 'x-claude-code-session-id': session }
    let by: string | undefined
    const { end } = await run(
      config,
      {},
      {
        facts: { ...facts, headers },
        async call(leaf, because) {
          by = because
          return leaf.path
        },
        ...more,
      },
    )
    return { end, by }
  }

  it('leads every turn to the same target of a load balance, and says so', async () => {
    const first = await turn('s1', { random: () => 0.1 })
    const second = await turn('s1', { random: () => 0.9 })
    expect(second).toEqual(first)
    expect(first.by).toBe('session')
  })

  it('spreads sessions over the targets by their weights', async () => {
    const ends = await Promise.all(Array.from({ length: 400 }, (_, at) => turn(`s${at}`)))
    const onFirst = ends.filter(({ end }) => end === a).length
    expect(onFirst).toBeGreaterThan(140)
    expect(onFirst).toBeLessThan(260)
    expect(ends.filter(({ end }) => end !== a && end !== b)).toEqual([])
  })

  it('moves to another target while its own is out of service, and comes back', async () => {
    const { end } = await turn('s1')
    const other = end === a ? b : a
    expect((await turn('s1', { admission: blocking(String(end)) })).end).toBe(other)
    expect((await turn('s1')).end).toBe(end)
  })

  it('is left to chance when the config says so, and where the client tells none', async () => {
    const config = { ...balanced, strategy: { mode: 'loadbalance', session_affinity: false } }
    expect((await turn('s1', {}, config)).by).toBe('weight')
    expect((await turn(undefined)).by).toBe('weight')
  })
})

describe('the choice by price', () => {
  const config = { strategy: { mode: 'cheapest' }, targets: three }
  const costs: Readonly<Record<string, number>> = { [a]: 300, [b]: 100 }
  const costOf = async ({ path }: { path: string }) => costs[path]

  it('calls the target where the request costs least', async () => {
    expect(await run(config, {}, { costOf })).toEqual({ called: [b], end: b })
  })

  it('goes on to the next dearer one as a fallback does, and to one without a price last', async () => {
    const { called } = await run(config, { [a]: 500, [b]: 500 }, { costOf })
    expect(called).toEqual([b, a, 'config.targets[2]'])
    const listed = { ...config, strategy: { mode: 'cheapest', on_status_codes: [429] } }
    expect((await run(listed, { [b]: 500 }, { costOf })).called).toEqual([b])
  })

  it('takes a branch for what its cheapest target costs', async () => {
    const nested = {
      strategy: { mode: 'cheapest' },
      targets: [{}, { strategy: { mode: 'fallback' }, targets: [{}, {}] }],
    }
    const inner: Readonly<Record<string, number>> = { [a]: 200, [`${b}.targets[0]`]: 900, [`${b}.targets[1]`]: 100 }
    const { called } = await run(nested, {}, { costOf: async ({ path }) => inner[path] })
    expect(called).toEqual([`${b}.targets[0]`])
  })

  it('keeps the order of the config where prices are the same', async () => {
    expect((await run(config, {}, { costOf: async () => 1 })).called).toEqual([a])
  })
})
