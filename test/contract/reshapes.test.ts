/** One suite for every shape that stands in for a wire: documented bodies of the client and the provider, both ways. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { nativeProtocols } from '../../src/protocols/index.ts'
import { readError } from '../../src/protocols/openai-chat/errors.ts'
import type { Asked, ProviderAnswer, RawAnswer, RawBody, Reshape } from '../../src/protocols/reshape.ts'
import { isReshaped, listReshapes, loadReshape, reshapes } from '../../src/protocols/reshapes/load.ts'
import { listAiProviders } from '../../src/providers/index.ts'
import { randomFrom } from './neutral-answers.ts'

const seed = Math.floor(Math.random() * 2 ** 31)
const runs = 500

/** Keys of all shapes, so that nonsense gets far. */
const words =
  'input text image video url base64 dimensions encoding_format input_type query documents top_n return_documents prompt n size response_format quality style voice instructions data embedding embeddings values float predictions bytesBase64Encoded candidates content parts inlineData results records index score relevance_score id images errors message usage meta billed_units search_units raiFilteredReason promptFeedback usageMetadata result'.split(
    ' ',
  )

function objectOf(random: () => number, names: readonly string[], depth: number): Record<string, unknown> {
  const length = Math.floor(random() * 5)
  const name = () => names[Math.floor(random() * names.length)] ?? ''
  return Object.fromEntries(Array.from({ length }, () => [name(), nonsense(random, depth + 1)]))
}

function nonsense(random: () => number, depth: number): unknown {
  const pick = Math.floor(random() * (depth > 4 ? 4 : 8))
  if (pick === 0) return null
  if (pick === 1) return random() * 3 - 1
  if (pick < 4)
    return ['', 'a', '1024x1024', 'data:image/png;base64,aGk=', 'https://a.example'][Math.floor(random() * 5)]
  if (pick === 4) return Array.from({ length: Math.floor(random() * 3) }, () => nonsense(random, depth + 1))
  return objectOf(random, words, depth)
}

interface Case {
  readonly name: string
  readonly model?: string
  readonly client?: Readonly<Record<string, unknown>>
  /** What goes out: as JSON, or as the text of a form. */
  readonly provider?: unknown
  readonly form?: string
  /** Fields that are warned of, in order; absent = none. */
  readonly warnings?: readonly string[]
  readonly answer?: unknown
  /** In place of `answer`: bytes, as base64. */
  readonly answerBytes?: string
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly clientAnswer?: unknown
  /** In place of `clientAnswer`, where the wire answers bytes. */
  readonly clientBytes?: string
  readonly clientContentType?: string
  readonly usage?: object
  /** Part of the message: before the call, and for a 2xx without what was asked. */
  readonly refused?: string
  readonly failed?: string
  readonly status?: number
  readonly error?: unknown
  readonly message?: string
}

interface Fixture {
  readonly source: string
  readonly model: string
  readonly cases: readonly Case[]
}

function readFixture(id: string): Fixture {
  return JSON.parse(readFileSync(new URL(`../fixtures/reshapes/${id}.json`, import.meta.url), 'utf8'))
}

const rows = await Promise.all(listReshapes().map(async (id) => [id, await loadReshape(id), readFixture(id)] as const))

describe.each(rows)('%s', (id, shape, { model, source, cases }) => {
  const askedIn = (each: Case): Asked => ({
    body: { model: '@slug/asked', ...each.client },
    model: each.model ?? model,
    nowMs: 1_700_000_000_999,
  })
  const answerIn = ({ answer, answerBytes, headers, contentType = 'application/json' }: Case): ProviderAnswer => ({
    contentType,
    ...(headers === undefined ? {} : { headers }),
    bytes: answerBytes === undefined ? Buffer.from(JSON.stringify(answer)) : Buffer.from(answerBytes, 'base64'),
  })

  it('is what the list says, and comes from a documented source', () => {
    expect(shape.id).toBe(id)
    expect(shape.of).toBe(reshapes(id))
    expect(isReshaped(id)).toBe(true)
    expect(source).toMatch(/^https:\/\//)
    expect(cases.some(({ clientAnswer, clientBytes }) => clientAnswer !== undefined || clientBytes !== undefined)).toBe(
      true,
    )
  })

  it('is spoken by a provider', () => {
    expect(listAiProviders().some((row) => row.speaks[id] !== undefined)).toBe(true)
  })

  it.each(asksOf(cases))('writes the request: %s', (_, each) => {
    const { body, warnings } = shape.writeRequest(askedIn(each))
    if (each.form === undefined) expect(body).toEqual(each.provider)
    else expect(Buffer.from((body as RawBody).bytes).toString()).toBe(each.form)
    expect(warnings.map(({ field }) => field)).toEqual(each.warnings ?? [])
    expect(JSON.stringify(body)).not.toContain('@slug')
  })

  it.each(answersOf(cases))("reads the answer as its wire's own: %s", (_, each) => {
    const written = shape.readAnswer(answerIn(each), askedIn(each))
    expect(written).toEqual(each.clientAnswer)
    const events = nativeProtocols[shape.of].upstream.readAnswer(written as never)
    expect(events.map(({ type }) => type)).toEqual(['response-start', 'usage', 'response-end'])
  })

  it.each(named(cases, ({ clientBytes }) => clientBytes !== undefined))('reads the answer as bytes: %s', (_, each) => {
    const { bytes, contentType, usage } = shape.readAnswer(answerIn(each), askedIn(each)) as RawAnswer
    expect(Buffer.from(bytes).toString('base64')).toBe(each.clientBytes)
    expect(contentType).toBe(each.clientContentType)
    expect(usage).toMatchObject(each.usage ?? {})
  })

  it.each(refusalsOf(cases))('refuses what it cannot say: %s', (_, each) => {
    const error = thrownBy(() => shape.writeRequest(askedIn(each)))
    expect(error.message).toContain(each.refused)
    expect(error.status).toBe(400)
    expect(error.facts.param).toBeDefined()
  })

  it.each(failuresOf(cases))('says why there is no answer: %s', (_, each) => {
    const error = thrownBy(() => shape.readAnswer(answerIn(each), askedIn(each)))
    expect(error.code).toBe('upstream_rejected')
    expect(error.message).toContain(each.failed)
    expect(error.facts.rawBody).not.toBe('')
  })

  it.each(errorsOf(cases))('reads an error: %s', (_, each) => {
    const read: NonNullable<Reshape['readError']> = shape.readError ?? readError
    expect(read(each.status ?? 0, JSON.stringify(each.error))).toMatchObject({
      message: each.message,
      status: each.status,
    })
  })

  it(`survives any body and any answer (seed ${seed})`, () => {
    const random = randomFrom(seed)
    for (let run = 0; run < runs; run++) {
      const body = objectOf(random, words, 0)
      const bytes = Buffer.from(JSON.stringify(nonsense(random, 0)))
      for (const act of [
        () => shape.writeRequest({ body, model, nowMs: 0 }),
        () => shape.readAnswer({ contentType: 'application/json', bytes }, { body, model, nowMs: 0 }),
        () => shape.readError?.(400, bytes.toString()),
      ]) {
        try {
          act()
        } catch (thrown) {
          if (!(thrown instanceof GatewayError))
            throw new Error(`run ${run}: ${JSON.stringify(body)}`, { cause: thrown })
        }
      }
    }
  })

  it('takes nothing that is not its JSON', () => {
    const asked = askedIn(cases.find((each) => each.client !== undefined && each.refused === undefined) ?? cases[0]!)
    for (const text of ['', '<html>', '"text"', '{}', '{"data":[{}],"results":[{}]}'])
      expect(thrownBy(() => shape.readAnswer({ contentType: 'text/html', bytes: Buffer.from(text) }, asked)).code).toBe(
        'upstream_rejected',
      )
  })
})

function named(cases: readonly Case[], isOne: (each: Case) => boolean): readonly (readonly [string, Case])[] {
  return cases.filter(isOne).map((each) => [each.name, each] as const)
}

const asksOf = (cases: readonly Case[]) =>
  named(cases, ({ provider, form }) => provider !== undefined || form !== undefined)
const answersOf = (cases: readonly Case[]) => named(cases, ({ clientAnswer }) => clientAnswer !== undefined)
const refusalsOf = (cases: readonly Case[]) => named(cases, ({ refused }) => refused !== undefined)
const failuresOf = (cases: readonly Case[]) => named(cases, ({ failed }) => failed !== undefined)
const errorsOf = (cases: readonly Case[]) => named(cases, ({ error }) => error !== undefined)

function thrownBy(act: () => unknown): GatewayError {
  try {
    act()
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}
