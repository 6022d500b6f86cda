/** One suite for every endpoint that is passed on: what it refuses, what it reads, and streams cut anywhere. */
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { collect, eventOrderProblems, type InferenceEvent, type Usage } from '../../src/inference/index.ts'
import { nativeProtocols } from '../../src/protocols/index.ts'
import { loadClientProtocol } from '../../src/protocols/load.ts'
import type { ClientHalf, JsonObject } from '../../src/protocols/protocol.ts'
import { type Case, casesWith } from '../golden/fixtures.ts'
import { mutate, strangeValues, textOf } from '../support/json-mutations.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { nativeCases } from './native-requests.ts'
import {
  framesOf,
  impossible,
  parsed,
  pieces,
  problemsOf,
  readStream,
  readWhole,
  thrownBy,
  unreadable,
} from './read-answers.ts'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = 500
const options = { model: 'm', wantsUsage: true, nowMs: 0, isStrict: true }

/** Where a cut cannot be told from an end. */
const gaps: Readonly<Record<string, string>> = {
  'google-gemini finish-in-every-chunk': 'some providers of this wire say why they stopped in every chunk',
}

/** What meta.json says of a case, and the same of what was read. */
function outline(events: readonly InferenceEvent[], { meta }: Case): object {
  const { blocks, text, usage, error } = collect(events)
  const { raw: _, ...told } = usage ?? {}
  return {
    ...(meta.blocks === undefined ? { text } : { blocks: blocks.map((block) => block.text) }),
    ...(error === undefined ? { usage: told } : { error: error.code }),
  }
}

function expected({ meta: { text = '', blocks, usage, error } }: Case): object {
  return { ...(blocks === undefined ? { text } : { blocks }), ...(error === undefined ? { usage } : { error }) }
}

function peekProblems(peek: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { model, answers, maxOutputTokens = 0, inputTokens = 0, isStream, units = {} } = peek
  const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0
  return [
    ...(typeof model === 'string' && model !== '' ? [] : [['model', model]]),
    ...(isCount(answers) && answers !== 0 ? [] : [['answers', answers]]),
    ...(isCount(maxOutputTokens) ? [] : [['maxOutputTokens', maxOutputTokens]]),
    ...(isCount(inputTokens) ? [] : [['inputTokens', inputTokens]]),
    ...(typeof isStream === 'boolean' ? [] : [['isStream', isStream]]),
    ...impossible(units as Usage),
  ]
}

describe.each(nativeCases.map((each) => [each.protocol.id, each] as const))(
  '%s',
  (id, { protocol, request, wrong }) => {
    const { client, upstream } = protocol
    const streams = casesWith(id, 'answer.sse')
    const wholes = casesWith(id, 'answer.json')
    const ofStream = streams.map((each) => [each.name, each, each.bytes('answer.sse')] as const)

    it('is loaded under its name, and takes its own request', async () => {
      expect((await loadClientProtocol(id)).id).toBe(id)
      expect(peekProblems({ ...client.peek(request) })).toEqual([])
      expect(client.peek(request).model).toBe(request.model)
      expect(wholes.length + streams.length).toBeGreaterThan(0)
    })

    it.each(Object.entries(wrong).flatMap(([field, values]) => values.map((value) => [field, value] as const)))(
      'says of %s that it must not be %j, and what it must be',
      (field, value) => {
        const error = thrownBy(() => client.peek({ ...request, [field]: value }))
        expect(error).toMatchObject({ code: 'invalid_request', status: 400, facts: { param: field } })
        expect(error.message).toMatch(new RegExp(`^${field} is .+; it must be .+`))
        expect(error.message).not.toMatch(unreadable)
      },
    )

    it(`acts on no nonsense in a request (seed ${seed})`, () => {
      const random = seededRandom(seed)
      for (let run = 0; run < runs; run++) {
        const body = mutate(request, random)
        if (typeof body !== 'object' || body === null) continue
        try {
          expect(peekProblems({ ...client.peek(body as JsonObject) }), `run ${run}`).toEqual([])
        } catch (thrown) {
          if (!(thrown instanceof GatewayError)) throw thrown
          expect(thrown.facts.param, `run ${run}: ${thrown.message}`).toBeTypeOf('string')
        }
      }
    })

    it('is never translated', () => {
      for (const act of [() => client.readRequest(request), () => upstream.writeRequest({} as never)])
        if (id !== 'google-gemini' || act.toString().includes('client'))
          expect(thrownBy(act)).toMatchObject({ code: 'unsupported_parameter' })
    })

    it.each(wholes.map((each) => [each.name, each] as const))('reads the whole answer %s', (_, each) => {
      const events = readWhole(protocol, each.json('answer.json'))
      expect(problemsOf(events)).toEqual([])
      if (id !== 'google-gemini') expect(outline(events, each)).toEqual(expected(each))
      expect(collect(events).error?.message ?? '').toContain(each.meta.message ?? '')
    })

    it.each(ofStream)('reads the stream %s', (_, each, bytes) => {
      const events = readStream(protocol, bytes)
      expect(problemsOf(events)).toEqual([])
      if (id !== 'google-gemini') expect(outline(events, each)).toEqual(expected(each))
      expect(collect(events).error?.message ?? '').toContain(each.meta.message ?? '')
    })

    it.each(ofStream)('gives the same events for %s cut at every byte, and in pieces of 1 to 7', (_, __, bytes) => {
      const whole = JSON.stringify(readStream(protocol, bytes))
      for (let at = 1; at < bytes.length; at++) {
        const events = JSON.stringify(readStream(protocol, bytes.subarray(0, at), bytes.subarray(at)))
        if (events !== whole) expect(events, `cut at ${at}`).toBe(whole)
      }
      for (let size = 1; size <= 7; size++)
        expect(JSON.stringify(readStream(protocol, ...pieces(bytes, size))), `pieces of ${size}`).toBe(whole)
    })

    it.each(ofStream)('never takes %s for whole when some of it is missing', (name, __, bytes) => {
      const whole = collect(readStream(protocol, bytes))
      for (const frame of framesOf([bytes], protocol).keys()) {
        const events = readStream(
          protocol,
          ...framesOf([bytes], protocol)
            .slice(0, frame)
            .map((each) => each.bytes),
        )
        const { blocks, finish, error } = collect(events)
        expect(eventOrderProblems(events)).toEqual([])
        if (finish === undefined) expect(error?.code).toMatch(/^upstream_(?:interrupted|rejected)$/)
        else if (gaps[`${id} ${name}`] === undefined) expect(blocks, `the first ${frame} frames`).toEqual(whole.blocks)
      }
    })

    const written = ofStream.filter(
      ([, each]) => protocol.endpoint?.answersText === true && each.meta.error === undefined,
    )
    if (written.length > 0)
      it.each(written)('says the same of %s when it was written again, streamed and whole', (_, __, bytes) => {
        const events = readStream(protocol, bytes)
        const { blocks, text, finish, error } = collect(events)
        const writer = client.openStream(options)
        const frames = events.map((event) => writer.push(event) || failureOf(event, client)).join('')
        const again = collect(readStream(protocol, Buffer.from(frames)))
        expect([again.text, again.blocks.length, again.error?.message]).toEqual([text, blocks.length, error?.message])
        expect(again.finish?.reason).toBe(finish?.reason)
        if (error !== undefined) return
        const whole = collect(readWhole(protocol, JSON.parse(client.writeAnswer(events, options).text)))
        expect([whole.text, whole.finish?.reason]).toEqual([text, finish?.reason])
      })

    it(`makes events or an error of whatever answers (seed ${seed})`, () => {
      const random = seededRandom(seed)
      const bodies = [...wholes.map((each) => each.json('answer.json')), { error: { message: 'no', code: 404 } }]
      for (let run = 0; run < runs; run++) {
        const text = textOf(mutate(bodies[run % bodies.length], random))
        const body: unknown = text === '' ? {} : JSON.parse(text)
        if (typeof body !== 'object' || body === null || Array.isArray(body)) continue
        expect(problemsOf(readWhole(protocol, body as JsonObject)), `run ${run}: ${text}`).toEqual([])
      }
    })

    it(`makes events or an error of whatever is streamed (seed ${seed})`, () => {
      const random = seededRandom(seed)
      const recorded = ofStream.map(([, , bytes]) =>
        framesOf([bytes], protocol).flatMap(({ data = '' }) => parsed(data)),
      )
      const bodies = recorded.length === 0 ? [[{ usage: { total_tokens: 1 } }]] : recorded
      for (let run = 0; run < runs; run++) {
        const list = bodies[run % bodies.length] ?? []
        const at = Math.floor(random() * list.length)
        const texts = list.map((body, index) => textOf(index === at ? mutate(body, random) : body))
        const frames = texts.map((text) => `data: ${text}\n\n`).join('')
        const events = readStream(protocol, Buffer.from(frames))
        expect(problemsOf(events), `run ${run}: ${frames}`).toEqual([])
        for (const data of texts) expect(typeof upstream.isUsageOnly({ data })).toBe('boolean')
      }
    })

    it(`reads an error in words out of any body (seed ${seed})`, () => {
      const random = seededRandom(seed)
      const error = { error: { message: 'no', type: 'server_error', param: null, code: 'x', details: [{ a: 1 }] } }
      for (let run = 0; run < runs; run++) {
        const text = textOf(mutate(error, random))
        const read = upstream.readError(500, text)
        expect(problemsOf([{ type: 'error', error: read }]), text).toEqual([])
        expect(read).toMatchObject({ code: 'upstream_rejected', status: 500, facts: { rawBody: text } })
      }
      for (const text of ['', '<html><title>Bad gateway</title>', 'no', '[]', 'null', '7', '{'])
        expect(upstream.readError(503, text).message).not.toMatch(unreadable)
    })

    it('asks for usage and caps its output whatever the body holds', () => {
      for (const value of strangeValues) {
        expect(typeof upstream.askForUsage({ ...request, stream: true, stream_options: value })).toBe('object')
        expect(upstream.maxOutputKey({ ...request, max_tokens: value })).toBeTypeOf('string')
      }
    })

    it('tells an error as a body and as a frame that it reads back', () => {
      const error = new GatewayError('rate_limit_exceeded', 'too much: "x" 🌍')
      expect(upstream.readError(error.status, client.writeError(error, 'trace-1'))).toMatchObject({
        status: 429,
        message: error.message,
      })
      expect(framesOf([Buffer.from(client.writeStreamError(error, 'trace-1'))], protocol)).toHaveLength(1)
      expect(framesOf([Buffer.from(client.keepAlive)], protocol).filter(({ data }) => data !== undefined)).toEqual([])
      if (streams.length > 0)
        expect(readStream(protocol, Buffer.from(client.writeStreamError(error, ''))).at(-1)).toMatchObject({
          type: 'error',
          error: { message: error.message },
        })
    })
  },
)

describe('the suite', () => {
  it('is run over every endpoint that is passed on', () => {
    expect(nativeCases.map(({ protocol }) => protocol.id as string)).toEqual([
      ...Object.keys(nativeProtocols),
      'google-gemini',
    ])
  })
})

function failureOf(event: InferenceEvent, client: ClientHalf): string {
  return event.type === 'error' ? client.writeStreamError(event.error, '') : ''
}
