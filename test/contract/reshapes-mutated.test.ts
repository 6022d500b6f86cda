/** Every shape with documented bodies that are almost right: what comes out is the native wire's own, or an error in words. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { nativeProtocols } from '../../src/protocols/index.ts'
import { readError } from '../../src/protocols/openai-chat/errors.ts'
import type { JsonObject, NativeProtocolId } from '../../src/protocols/protocol.ts'
import type { Asked, ProviderAnswer, RawAnswer } from '../../src/protocols/reshape.ts'
import { listReshapes, loadReshape, reshapes } from '../../src/protocols/reshapes/load.ts'
import { mutate, textOf } from '../support/json-mutations.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { impossible, parsed, problemsOf, thrownBy, unreadable } from './read-answers.ts'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = 400

interface Documented {
  readonly name: string
  readonly model?: string
  readonly client?: JsonObject
  readonly provider?: unknown
  readonly form?: string
  readonly answer?: unknown
  readonly refused?: string
  readonly failed?: string
  readonly error?: unknown
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isFilled = (value: unknown) => typeof value === 'string' && value !== ''
const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value)

/** What a client of the native wire could not read. */
const wrongIn: Readonly<Partial<Record<NativeProtocolId, (answer: JsonObject, asked: Asked) => readonly unknown[]>>> = {
  'openai-embeddings': ({ data }, { body }) =>
    listOf(data).filter(
      ({ embedding, index }) =>
        !Number.isInteger(index) ||
        (body.encoding_format === 'base64'
          ? !isFilled(embedding) || Buffer.from(String(embedding), 'base64').length % 4 !== 0
          : !Array.isArray(embedding) || embedding.length === 0 || !embedding.every(isNumber)),
    ),
  'openai-images': ({ data }) => listOf(data).filter(({ url, b64_json }) => !isFilled(url) && !isFilled(b64_json)),
  'openai-rerank': ({ results }, { body }) =>
    listOf(results).filter(
      ({ index, relevance_score: score }) =>
        listOrNone(body.documents)[Number(index)] === undefined || !isNumber(score),
    ),
}

function listOrNone(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function listOf(value: unknown): readonly JsonObject[] {
  expect(Array.isArray(value)).toBe(true)
  expect((value as unknown[]).every(isObject)).toBe(true)
  return value as JsonObject[]
}

function problemsIn(answer: JsonObject | RawAnswer, of: NativeProtocolId, asked: Asked): readonly unknown[] {
  if (answer.bytes instanceof Uint8Array) {
    const { contentType, usage } = answer as RawAnswer
    return [...(contentType.includes('/') ? [] : [contentType]), ...impossible(usage)]
  }
  const events = nativeProtocols[of].upstream.readAnswer(answer as JsonObject)
  return [...problemsOf(events), ...(wrongIn[of]?.(answer as JsonObject, asked) ?? [])]
}

const rows = await Promise.all(
  listReshapes().map(async (id) => {
    const url = new URL(`../fixtures/reshapes/${id}.json`, import.meta.url)
    const { model, cases } = JSON.parse(readFileSync(url, 'utf8')) as { model: string; cases: readonly Documented[] }
    return [id, await loadReshape(id), model, cases] as const
  }),
)

describe.each(rows)('%s', (id, shape, model, cases) => {
  const askedIn = (each: Documented, more: JsonObject = {}): Asked => ({
    body: { model: '@slug/asked', ...each.client, ...more },
    model: each.model ?? model,
    nowMs: 1_700_000_000_000,
  })
  const asking = cases.filter(({ client, refused }) => client !== undefined && refused === undefined)
  const answered = cases.filter(({ answer, failed }) => answer !== undefined && failed === undefined)
  const asJson = (text: string): ProviderAnswer => ({ contentType: 'application/json', bytes: Buffer.from(text) })

  it('has documented requests and answers', () => {
    expect(cases.some(({ provider, form }) => provider !== undefined || form !== undefined)).toBe(true)
    expect(answered.length).toBeGreaterThan(0)
  })

  it(`writes any request or says what is wrong with it (seed ${seed})`, () => {
    const random = seededRandom(seed)
    for (let run = 0; run < runs; run++) {
      const asked = askedIn(asking[run % asking.length]!)
      const [body] = parsed(textOf(mutate(asked.body, random)))
      if (!isObject(body)) continue
      try {
        for (const { field, reason } of shape.writeRequest({ ...asked, body }).warnings)
          expect(`${field} ${reason}`, `run ${run}`).not.toMatch(unreadable)
      } catch (thrown) {
        if (!(thrown instanceof GatewayError)) throw new Error(`run ${run}: ${textOf(body)}`, { cause: thrown })
        expect([thrown.status, typeof thrown.facts.param], thrown.message).toEqual([400, 'string'])
        expect(thrown.message).not.toMatch(unreadable)
      }
    }
  })

  it(`makes an answer of the native wire of whatever comes, or an error (seed ${seed})`, () => {
    const random = seededRandom(seed)
    for (let run = 0; run < runs; run++) {
      const each = answered[run % answered.length]!
      const text = textOf(mutate(each.answer, random))
      const asked = askedIn(
        each,
        run % 3 === 0 && shape.of === 'openai-embeddings' ? { encoding_format: 'base64' } : {},
      )
      try {
        expect(problemsIn(shape.readAnswer(asJson(text), asked), shape.of, asked), `run ${run}: ${text}`).toEqual([])
      } catch (thrown) {
        if (!(thrown instanceof GatewayError)) throw new Error(`run ${run}: ${text}`, { cause: thrown })
        expect(thrown.code).toBe('upstream_rejected')
        expect(problemsOf([{ type: 'error', error: thrown }]), text).toEqual([])
        expect(thrown.facts.rawBody).toBe(text.slice(0, 4_096))
      }
    }
  })

  it('refuses bytes that are no text, and pages', () => {
    for (const bytes of [Buffer.from([0xff, 0xfe, 0, 1]), Buffer.from('<html>502</html>'), Buffer.alloc(0)]) {
      const error = thrownBy(() => shape.readAnswer({ contentType: 'application/json', bytes }, askedIn(asking[0]!)))
      expect(error.code).toBe('upstream_rejected')
    }
  })

  it(`reads an error in words out of any body (seed ${seed})`, () => {
    const random = seededRandom(seed)
    const bodies = [
      ...cases.flatMap(({ error }) => (error === undefined ? [] : [error])),
      { message: 'no', errors: ['a'] },
    ]
    for (let run = 0; run < runs; run++) {
      const text = textOf(mutate(bodies[run % bodies.length], random))
      const error = (shape.readError ?? readError)(500, text)
      expect(problemsOf([{ type: 'error', error }]), text).toEqual([])
      expect(error.facts.rawBody).toBe(text)
    }
  })

  it('names what it drops', () => {
    const { body, warnings } = shape.writeRequest(askedIn(asking[0]!, { user: 'a-user-of-mine' }))
    const isSaid = warnings.some(({ field }) => field === 'user')
    expect(JSON.stringify(body).includes('a-user-of-mine')).toBe(!isSaid)
  })

  if (reshapes(id) !== 'openai-embeddings') return

  it('gives the same vectors as base64', () => {
    for (const each of answered) {
      const read = (format: string) =>
        (
          shape.readAnswer(
            asJson(JSON.stringify(each.answer)),
            askedIn(each, { encoding_format: format }),
          ) as JsonObject
        ).data as readonly { embedding: readonly number[] & string }[]
      const floats = read('float').map(({ embedding }) => [...new Float32Array(embedding)])
      const decoded = read('base64').map(({ embedding }) => {
        const bytes = Buffer.from(embedding, 'base64')
        return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4))
      })
      expect(decoded).toEqual(floats)
    }
  })

  it('writes vectors in no format that nobody knows', () => {
    const error = thrownBy(() => shape.writeRequest(askedIn(asking[0]!, { encoding_format: 'int8' })))
    expect(error).toMatchObject({ status: 400, facts: { param: 'encoding_format' } })
  })
})
