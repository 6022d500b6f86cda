/** What a call of a provider costs: nothing that was not sent, what the provider reported, else what it can have used. */

import { type Awaitable, isPending } from '../../awaitable.ts'
import { addUsage, totalInput, type Usage } from '../../inference/index.ts'
import { wantedOutput } from '../../limits/amounts.ts'
import type { Hold } from '../../limits/gate.ts'
import { contextTokens, countInputTokens } from '../../pricing/estimate.ts'
import type { ModelPrice } from '../../pricing/price.ts'
import type { CountBasis } from '../../records/log.ts'
import type { Charge, RequestRecord } from '../../records/record.ts'
import type { CallAttempt, Line } from '../line/line.ts'
import type { GatewayPorts } from '../ports.ts'
import { unpricedTools, withSearches } from './billable-units.ts'
import { findPrice, mostInputTokens } from './find-price.ts'
import { plausiblePart, type Reported, reportedUsage } from './reported-usage.ts'
import { outputOf } from './unreported-output.ts'

export interface Charging {
  readonly record: RequestRecord
  readonly ports: GatewayPorts
  readonly line: Line
}

const free: Charge = { costNanos: 0, isPriced: true, isEstimated: false }

/** What the request costs: its last call, and those before it that were given up although they may be billed. */
export function chargeOf(charging: Charging): Awaitable<Charge> {
  const { tried, interruptedAttempts } = charging.line
  if (tried === undefined) return free
  const charge = chargeOfCall(charging, tried)
  return interruptedAttempts.length === 0 ? charge : addAllLost(charging, charge)
}

async function addAllLost(charging: Charging, ofLast: Awaitable<Charge>): Promise<Charge> {
  let charge = await ofLast
  for (const each of charging.line.interruptedAttempts) charge = addLost(charge, await chargeOfCall(charging, each))
  return charge
}

const rank: readonly CountBasis[] = ['reported', 'counted', 'held']

/** The less certain of two. */
function weaker(a: CountBasis | undefined, b: CountBasis | undefined): CountBasis | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return rank.indexOf(a) >= rank.indexOf(b) ? a : b
}

/** Tokens of answers that were seen and not used add up; what nobody saw is only charged. */
function addLost(charge: Charge, lost: Charge): Charge {
  const isAdded = charge.usage !== undefined && lost.usage !== undefined && !lost.isEstimated
  const usage = isAdded ? addUsage(charge.usage, lost.usage) : (charge.usage ?? lost.usage)
  return {
    isPriced: charge.isPriced && lost.isPriced,
    isEstimated: charge.isEstimated || lost.isEstimated,
    ...basesOf(weaker(charge.inputBasis, lost.inputBasis), weaker(charge.outputBasis, lost.outputBasis)),
    ...(usage === undefined ? {} : { usage }),
    ...(charge.costNanos === undefined || lost.costNanos === undefined
      ? {}
      : { costNanos: charge.costNanos + lost.costNanos }),
  }
}

function basesOf(inputBasis: CountBasis | undefined, outputBasis: CountBasis | undefined): Partial<Charge> {
  return {
    ...(inputBasis === undefined ? {} : { inputBasis }),
    ...(outputBasis === undefined ? {} : { outputBasis }),
  }
}

/** Nothing, when no byte of it was sent, or when the provider refused it. */
function chargeOfCall(charging: Charging, tried: CallAttempt): Awaitable<Charge> {
  const { target, meter } = tried
  if (!meter.hasAnswer && tried.isCut !== true) return free
  const found = findPrice(target, charging.ports, charging.record.start.startedAtMs)
  return isPending(found) ? found.then((price) => chargeAt(charging, tried, price)) : chargeAt(charging, tried, found)
}

function chargeAt(charging: Charging, tried: CallAttempt, price: ModelPrice | undefined): Awaitable<Charge> {
  const { meter } = tried
  const isEnded = tried.isReadWhole === true || meter.finish !== undefined
  meter.endedAtMs ??= charging.ports.ambient.now()
  const reported = reportedUsage(tried, isEnded)
  const told = plausiblePart(reported.usage, tried, price?.contextWindow)
  const priced = { ...charging, tried, price, isEnded }
  return isPending(told)
    ? told.then((known) => chargeTold(priced, reported, known))
    : chargeTold(priced, reported, told)
}

/** `told` = the part of what was reported that can be true. */
function chargeTold(priced: Priced, reported: Reported, told: Usage): Awaitable<Charge> {
  const { tried, price } = priced
  if (reported.isFinal && told === reported.usage) return chargeFor(priced, asReported(told, reported.isBound))
  return asCounted(tried, told, price).then((used) => chargeFor(priced, used))
}

interface Priced extends Charging {
  readonly tried: CallAttempt
  readonly price: ModelPrice | undefined
  readonly isEnded: boolean
}

function chargeFor({ tried, price, isEnded, record, ports }: Priced, used: Used): Charge {
  const { target, task, beside = { factor: 1 } } = tried
  const usage = withSearches(used.usage, beside, isEnded)
  if (used.isEstimated)
    record.warn([{ type: 'estimated', field: 'usage', reason: 'the provider did not report all of it' }])
  const known = { usage, isEstimated: used.isEstimated, ...basesOf(used.inputBasis, used.outputBasis) }
  if (price?.covers(usedIn(usage)) !== true) {
    record.warn([
      { type: 'unpriced', field: target.model || 'model', reason: 'no price is known; set one on the integration' },
    ])
    return { ...known, isPriced: false }
  }
  for (const name of unpricedTools(beside, price))
    record.warn([{ type: 'unpriced', field: `tools.${name}`, reason: 'what the provider takes for it is not known' }])
  const costNanos = Math.ceil(costOf(used, usage, price, task.body) * beside.factor)
  noteUnderHeld(tried, { costNanos, record, ports })
  return { ...known, costNanos, isPriced: true }
}

interface Used {
  readonly usage: Usage
  readonly isEstimated: boolean
  readonly inputBasis: CountBasis
  readonly outputBasis: CountBasis
}

function asReported(usage: Usage, isBound: boolean): Used {
  return { usage, isEstimated: isBound, inputBasis: 'reported', outputBasis: 'reported' }
}

/** Input as the provider told it, else counted; output by how the answer ended. Neither is more than what was held. */
async function asCounted(tried: CallAttempt, told: Usage, price: ModelPrice | undefined): Promise<Used> {
  const input = await inputOf(tried, told, price)
  const { peek } = tried.task
  const bought = (tried.maxOutputTokens ?? wantedOutput(peek)) * peek.answers
  const output = await outputOf(tried, told, bought)
  return {
    inputBasis: input.inputBasis,
    outputBasis: output.outputBasis,
    isEstimated: true,
    usage: { ...told, ...(input.tokens === undefined ? {} : { inputUncached: input.tokens }), output: output.tokens },
  }
}

interface CountedInput {
  /** Absent = the provider's own figures stand. */
  readonly tokens?: number
  readonly inputBasis: CountBasis
}

async function inputOf(
  { task, target, beside }: CallAttempt,
  told: Usage,
  price: ModelPrice | undefined,
): Promise<CountedInput> {
  const held = mostInputTokens(task, price?.contextWindow)
  // What a provider's own search finds becomes input after its first event.
  if (beside?.tools !== undefined) return { tokens: held + contextTokens, inputBasis: 'held' }
  if (totalInput(told) !== undefined) return { inputBasis: 'reported' }
  if (task.peek.inputTokens !== undefined || task.peek.hasTokenIds === true) return { tokens: held, inputBasis: 'held' }
  const historyTokens = task.storedTokens ?? price?.contextWindow ?? contextTokens
  const counted = await countInputTokens(task.body, {
    bodyBytes: task.call.body.length,
    model: target.model,
    historyTokens,
  })
  return { tokens: Math.min(held, counted), inputBasis: counted < held ? 'counted' : 'held' }
}

/** Counts of our own are priced at the dearest that they can be: sound, cache writes, a higher tier. */
function costOf(used: Used, usage: Usage, price: ModelPrice, body: Readonly<Record<string, unknown>>): number {
  if (used.inputBasis === 'reported' && used.outputBasis === 'reported') return price.costNanos(usage)
  const input = totalInput(usage) ?? 0
  const isInputKnown = used.inputBasis === 'reported' || !mayCostMore(body)
  const inputNanos = isInputKnown ? price.costNanos({ ...usage, output: 0 }) : price.worstNanos({ input, output: 0 })
  if (used.outputBasis === 'reported')
    return inputNanos + price.costNanos(usage) - price.costNanos({ ...usage, output: 0 })
  const output = usage.output ?? 0
  return inputNanos + price.worstNanos({ input, output }) - price.worstNanos({ input, output: 0 })
}

/** Marks for the cache, and sound, cost more than the text they are beside. */
function mayCostMore(body: Readonly<Record<string, unknown>>): boolean {
  return /"(?:cache_control|cachePoint|input_audio|inline_?[dD]ata)"/.test(JSON.stringify(body))
}

/** Input that is free has a price all the same, where output has one. */
function usedIn(usage: Usage): Parameters<ModelPrice['covers']>[0] {
  const { images, characters, audioSeconds, searches, output = 0 } = usage
  const input = totalInput(usage) ?? 0
  const units = Object.fromEntries(
    Object.entries({ images, characters, audioSeconds, searches }).filter(([, value]) => value !== undefined),
  )
  return { input, output: input > 0 ? Math.max(1, output) : output, units }
}

/** A bound that was too low is charged in full and told: capped at the hold, nobody would ever know. */
function noteUnderHeld(
  { holds = [], target }: CallAttempt,
  { costNanos, record, ports }: { costNanos: number; record: RequestRecord; ports: GatewayPorts },
): void {
  const costs = holds.filter((hold: Hold) => hold.resource === 'cost').map((hold) => hold.amount)
  const heldNanos = Math.max(...costs)
  if (costs.length === 0 || costNanos <= heldNanos) return
  record.warn([
    { type: 'under-held', field: target.model, reason: `it cost ${costNanos} nano-dollars and ${heldNanos} were held` },
  ])
  ports.ambient.log({
    level: 'warn',
    message: 'a call cost more than was held for it',
    logId: record.start.id,
    model: target.model,
    costNanos,
    heldNanos,
  })
}
