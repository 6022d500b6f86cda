/** One seeded schedule from first request to rest, its invariants checked after every step. */
import type { CounterStore } from '../../src/limits/counter.ts'
import { deliver, doWindows, Instance } from './actors.ts'
import type { Mutation } from './mutations.ts'
import { createDice, Scheduler } from './scheduler.ts'
import { World } from './world.ts'

export interface Schedule {
  readonly seed: number
  readonly counters: CounterStore
  readonly mutation?: Mutation
  /** How many things happen before the schedule comes to rest. */
  readonly events?: number
  /** Check the invariants after every so many steps. */
  readonly checkEvery?: number
}

export interface ScheduleReport {
  readonly admitted: number
  readonly refused: number
  readonly steps: number
}

/** Throws Violation. */
export async function simulate(schedule: Schedule): Promise<ScheduleReport> {
  const { seed, counters, mutation = {}, events = 400, checkEvery = 1 } = schedule
  const dice = createDice(seed)
  const world = new World(new Scheduler(dice, dice.pick([0, 0.02, 0.1])), counters, mutation)
  const cast = new Cast(world)
  const step = async () => {
    if (world.scheduler.size === 0) return
    await world.scheduler.step()
    if (world.steps++ % checkEvery === 0) await world.checkAlways()
  }
  for (let event = 0; event < events; event++) {
    if (dice.chance(0.75)) await step()
    else cast.act()
  }
  await comeToRest(world, step)
  return world
}

/** Instances and processes that come and go. */
class Cast {
  readonly #world: World
  readonly #instances: Instance[]
  #names = 0

  constructor(world: World) {
    this.#world = world
    this.#instances = Array.from({ length: world.dice.between(1, 4) }, () => this.#newInstance())
  }

  act(): void {
    const { dice } = this.#world
    const roll = dice()
    if (roll < 0.4) this.#request()
    else if (roll < 0.66)
      this.#runProcess((owner) => deliver(this.#world, dice.pick(this.#world.logs.shards).name, owner))
    else if (roll < 0.72) this.#runProcess((owner) => doWindows(this.#world, owner, this.#world.rollLayout()))
    else if (roll < 0.9) this.#world.nowMs += dice.chance(0.1) ? dice.between(60, 900) * 1000 : dice.between(0, 20_000)
    else if (roll < 0.95) this.#crash()
    else if (roll < 0.97) this.#world.logs.split(dice.between(0, 9))
    else this.#changeAmount()
  }

  #newInstance(): Instance {
    return new Instance(this.#world, `instance-${this.#names++}`)
  }

  #request(): void {
    const world = this.#world
    const serving = world.dice.pick(this.#instances).serve(`r${this.#names++}`)
    serving.catch((thrown) => {
      world.broken ??= thrown
    })
  }

  #crash(): void {
    const index = this.#world.dice.between(0, this.#instances.length - 1)
    const dying = this.#instances[index]
    if (dying) this.#world.scheduler.kill(dying.name)
    this.#instances[index] = this.#newInstance()
  }

  /** Processes fail now and then; their platform starts them again. */
  #runProcess(run: (owner: string) => Promise<void>): void {
    const owner = `process-${this.#names++}`
    run(owner).catch(() => {})
    if (this.#world.dice.chance(0.1)) this.#world.scheduler.kill(owner)
  }

  #changeAmount(): void {
    const { dice } = this.#world
    this.#world.amount = dice.between(4, 60) / 1e4
    this.#world.mostAmount = Math.max(this.#world.mostAmount, this.#world.amount)
  }
}

/** Nothing new comes; everything in flight ends; every job runs a few times more. */
async function comeToRest(world: World, step: () => Promise<void>): Promise<void> {
  world.scheduler.faultRate = 0
  const settle = async () => {
    while (world.scheduler.size > 0) await step()
  }
  await settle()
  for (let round = 0; round < 3; round++) {
    world.nowMs += 20 * 60_000
    void doWindows(world, `rest-windows-${round}`)
    await settle()
    await deliverAll(world, settle)
  }
  void doWindows(world, 'rest-windows')
  await settle()
  await world.checkAtRest()
}

async function deliverAll(world: World, settle: () => Promise<void>): Promise<void> {
  for (const shard of world.logs.shards)
    while ((world.checkpoints.get(shard.name) ?? 0) < shard.entries.length) {
      void deliver(world, shard.name, 'rest-ledger')
      await settle()
    }
}
