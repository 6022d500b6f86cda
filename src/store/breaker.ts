/** Circuit breakers as items of the counters table that only change by conditional updates. Implements the routing room's BreakerStore. */
import { BatchGetItemCommand, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { BreakerStore, Circuit, CircuitCount } from '../routing/circuit.ts'
import { type Image, keyItem, number, readNumber, readText } from './attributes.ts'
import { buildExpression, type Expression } from './counter-expression.ts'
import { counterKeys } from './keys.ts'
import { isConditionFailed } from './table-errors.ts'

interface BreakerOptions {
  readonly client: DynamoDBClient
  /** The counters table. */
  readonly table: string
}

/** What one BatchGetItem may ask for. */
const batchSize = 100
/** Two instances that begin a window at once overtake each other once. */
const mostTries = 4

const attributes = {
  window: 'window',
  failures: 'failures',
  requests: 'requests',
  openUntil: 'openUntil',
  probeUntil: 'probeUntil',
  expires: 'expires',
} as const

export function createBreakerStore({ client, table }: BreakerOptions): BreakerStore {
  const update = (key: string, expression: Expression) => updateCircuit(client, table, key, expression)
  return {
    async read(keys) {
      const circuits = new Map<string, Circuit>()
      for (let at = 0; at < keys.length; at += batchSize) {
        const images = await readBatch(client, table, keys.slice(at, at + batchSize))
        for (const image of images) circuits.set(counterKeys.circuitOf(readText(image, 'pk') ?? ''), readCircuit(image))
      }
      return circuits
    },
    async count(key, count) {
      for (let tries = 1; tries <= mostTries; tries++) {
        const counted = (await update(key, addExpression(count))) ?? (await update(key, beginExpression(count)))
        if (counted !== undefined) return readCircuit(counted)
      }
      throw new Error(`the circuit ${key} changed too often to be counted`)
    },
    open: async (key, seen, openUntilMs) => (await update(key, openExpression(seen, openUntilMs))) !== undefined,
    probe: async (key, seen, times) => (await update(key, probeExpression(seen, times))) !== undefined,
    close: async (key, seen) => (await update(key, closeExpression(seen))) !== undefined,
  }
}

/** What could not be read at once counts as closed: it is asked for again in a moment. */
async function readBatch(client: DynamoDBClient, table: string, keys: readonly string[]): Promise<readonly Image[]> {
  const Keys = [...new Set(keys)].map((key) => keyItem(counterKeys.circuit(key)))
  const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } }))
  return Responses?.[table] ?? []
}

function readCircuit(image: Image): Circuit {
  const openUntilMs = readNumber(image, attributes.openUntil)
  const probeUntilMs = readNumber(image, attributes.probeUntil)
  return {
    windowStartMs: readNumber(image, attributes.window) ?? 0,
    failures: readNumber(image, attributes.failures) ?? 0,
    requests: readNumber(image, attributes.requests) ?? 0,
    ...(openUntilMs === undefined ? {} : { openUntilMs }),
    ...(probeUntilMs === undefined ? {} : { probeUntilMs }),
  }
}

/** In the window that is counted already. */
function addExpression({ windowStartMs, failures, requests, expiresAtMs }: CircuitCount): Expression {
  const built = buildExpression()
  built.when(`${built.name(attributes.window)} = ${built.value(number(windowStartMs))}`)
  built.add(attributes.failures, failures)
  built.add(attributes.requests, requests)
  built.set(attributes.expires, number(Math.ceil(expiresAtMs / 1_000)))
  return built.build()
}

/** Of an older window, or none. */
function beginExpression({ windowStartMs, failures, requests, expiresAtMs }: CircuitCount): Expression {
  const built = buildExpression()
  const window = built.name(attributes.window)
  built.when(`attribute_not_exists(${window}) OR ${window} < ${built.value(number(windowStartMs))}`)
  built.set(attributes.window, number(windowStartMs))
  built.set(attributes.failures, number(failures))
  built.set(attributes.requests, number(requests))
  built.set(attributes.expires, number(Math.ceil(expiresAtMs / 1_000)))
  return built.build()
}

function openExpression(seen: number | undefined, openUntilMs: number): Expression {
  const built = buildExpression()
  const openUntil = built.name(attributes.openUntil)
  built.when(seen === undefined ? `attribute_not_exists(${openUntil})` : `${openUntil} = ${built.value(number(seen))}`)
  built.set(attributes.openUntil, number(openUntilMs))
  forgetCounts(built)
  built.remove(attributes.probeUntil)
  return built.build()
}

function probeExpression(
  seen: number,
  { nowMs, probeUntilMs }: { readonly nowMs: number; readonly probeUntilMs: number },
): Expression {
  const built = buildExpression()
  const probeUntil = built.name(attributes.probeUntil)
  built.when(`${built.name(attributes.openUntil)} = ${built.value(number(seen))}`)
  built.when(`attribute_not_exists(${probeUntil}) OR ${probeUntil} <= ${built.value(number(nowMs))}`)
  built.set(attributes.probeUntil, number(probeUntilMs))
  return built.build()
}

function closeExpression(seen: number): Expression {
  const built = buildExpression()
  built.when(`${built.name(attributes.openUntil)} = ${built.value(number(seen))}`)
  forgetCounts(built)
  for (const attribute of [attributes.openUntil, attributes.probeUntil]) built.remove(attribute)
  return built.build()
}

function forgetCounts(built: ReturnType<typeof buildExpression>): void {
  for (const attribute of [attributes.window, attributes.failures, attributes.requests]) built.remove(attribute)
}

/** undefined = the condition did not hold. */
async function updateCircuit(
  client: DynamoDBClient,
  table: string,
  key: string,
  expression: Expression,
): Promise<Image | undefined> {
  try {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: keyItem(counterKeys.circuit(key)),
      ...expression,
      ReturnValues: 'ALL_NEW',
    })
    return (await client.send(command)).Attributes ?? {}
  } catch (thrown) {
    if (isConditionFailed(thrown)) return undefined
    throw thrown
  }
}
