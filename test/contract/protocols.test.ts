/** What every wire must hold, whichever it is. A gap carries its reason. */
import { describe, expect, it } from 'vitest'
import { SseReader } from '../../src/bytes/sse.ts'
import { GatewayError } from '../../src/errors.ts'
import {
  eventOrderProblems,
  type InferenceEvent,
  type InferenceRequest,
  type Message,
} from '../../src/inference/index.ts'
import { findClientProtocol } from '../../src/protocols/index.ts'
import type { ClientProtocol, ClientProtocolId, JsonObject } from '../../src/protocols/protocol.ts'
import { type Abilities, randomAnswer, randomFrom, whatWasSaid } from './neutral-answers.ts'
import { neutralRequests } from './neutral-requests.ts'

interface Gap {
  /** A case of neutralRequests that this wire cannot say. */
  readonly skip: string
  readonly because: string
}

interface Expectations extends Abilities {
  readonly gaps: readonly Gap[]
  /** The field that holds the conversation, and what it must not be. */
  readonly conversation?: { readonly field: string; readonly wrong: readonly unknown[] }
}

const messages = { field: 'messages', wrong: [undefined, [], 'hi'] }

const runs = 1000
const options = { model: 'some-model', wantsUsage: true, nowMs: 1_763_700_000_000, isStrict: false }

function readStream(protocol: ClientProtocol, text: string): readonly InferenceEvent[] {
  const frames = new SseReader()
  const reader = protocol.upstream.openStream()
  const whole = [...frames.push(Buffer.from(text)), ...frames.end()].filter((frame) => !frame.isCut)
  return [...whole.flatMap((frame) => reader.push(frame)), ...reader.end()]
}

function writeStream(protocol: ClientProtocol, events: readonly InferenceEvent[]): readonly string[] {
  const writer = protocol.client.openStream(options)
  return events.map((event) => {
    const text = writer.push(event)
    return event.type === 'error' && text === '' ? protocol.client.writeStreamError(event.error, 'trace-1') : text
  })
}

/** Whether neighbours of one role are one message or several says nothing. */
function withJoinedMessages(request: InferenceRequest): InferenceRequest {
  const messages: Message[] = []
  for (const message of request.messages) {
    const last = messages.at(-1)
    if (last?.role !== message.role) messages.push(message)
    else messages[messages.length - 1] = { ...last, content: [...last.content, ...message.content] }
  }
  return { ...request, messages }
}

function describeProtocol(id: ClientProtocolId, { gaps, conversation = messages, ...abilities }: Expectations): void {
  const protocol = findClientProtocol(id)
  const seed = Math.floor(Math.random() * 2 ** 31)
  const answers = (random: () => number) => randomAnswer(random, abilities)

  describe(`protocol ${id}`, () => {
    it('names only requests that exist among its gaps', () => {
      for (const { skip } of gaps) expect(Object.keys(neutralRequests)).toContain(skip)
    })

    for (const [name, request] of Object.entries(neutralRequests)) {
      const gap = gaps.find(({ skip }) => skip === name)
      const title = `writes a request so that reading it gives the same: ${name}`
      if (gap) {
        it(`${title}, not here, because ${gap.because}`, () => {
          const written = writeOrRefuse(protocol, request)
          expect(written === 'refused' || !isSame(protocol, written, request), 'this gap is closed').toBe(true)
        })
        continue
      }
      it(title, () => {
        const written = protocol.upstream.writeRequest(request)
        const body = JSON.parse(JSON.stringify(written.body)) as JsonObject
        expect(withJoinedMessages(protocol.client.readRequest(body))).toEqual(withJoinedMessages(request))
        expect(written.warnings.filter(({ type }) => type !== 'changed')).toEqual([])
        const peek = protocol.client.peek(body)
        expect(peek).toMatchObject({ model: request.model, isStream: request.isStream, maxOutputTokens: 4000 })
        expect(body[protocol.upstream.maxOutputKey(body)]).toBe(4000)
      })
    }

    it(`reads back any stream it writes (seed ${seed})`, () => {
      const random = randomFrom(seed)
      for (let run = 0; run < runs; run++) {
        const events = answers(random)
        const text = writeStream(protocol, events).join('')
        const read = readStream(protocol, text)
        expect(whatWasSaid(read), `run ${run}`).toEqual(whatWasSaid(events))
        expect(eventOrderProblems(read), `run ${run}`).toEqual([])
      }
    })

    it(`reads back any whole answer it writes (seed ${seed})`, () => {
      const random = randomFrom(seed)
      for (let run = 0; run < runs; run++) {
        const events = answers(random)
        const { text } = protocol.client.writeAnswer(events, options)
        const read = protocol.upstream.readAnswer(JSON.parse(text) as JsonObject)
        expect(whatWasSaid(read), `run ${run}`).toEqual(whatWasSaid(events))
        expect(eventOrderProblems(read), `run ${run}`).toEqual([])
      }
    })

    it(`never ends a stream with an error as if it were whole (seed ${seed})`, () => {
      const random = randomFrom(seed)
      const error = new GatewayError('upstream_interrupted', 'it broke')
      for (let run = 0; run < runs; run++) {
        const events = answers(random)
        const before = events.slice(0, Math.floor(random() * events.length))
        const after = events.slice(before.length)
        const text = writeStream(protocol, [...before, { type: 'error', error }, ...after]).join('')
        const read = readStream(protocol, text)
        expect(read.at(-1), `run ${run}`).toMatchObject({ type: 'error', error: { message: 'it broke' } })
        expect(read.some((event) => event.type === 'response-end')).toBe(false)
      }
    })

    it(`never takes a cut stream for whole while content is missing (seed ${seed})`, () => {
      const random = randomFrom(seed)
      let interrupted = 0
      for (let run = 0; run < runs; run++) {
        const events = answers(random)
        const frames = writeStream(protocol, events)
          .join('')
          .split(/(?<=\n\n)/)
        const cut = frames.slice(0, Math.floor(random() * frames.length)).join('')
        const read = readStream(protocol, cut)
        const last = read.at(-1)
        if (last?.type === 'error') {
          interrupted += 1
          expect(last.error.code).toBe('upstream_interrupted')
        } else expect(whatWasSaid(read).content, `run ${run}`).toEqual(whatWasSaid(events).content)
      }
      expect(interrupted).toBeGreaterThan(runs / 2)
    })

    it('means nothing by its keep-alive, wherever it stands', () => {
      const events = answers(randomFrom(7))
      const text = writeStream(protocol, events).join('')
      const withPauses = text.split(/(?<=\n\n)/).map((frame) => protocol.client.keepAlive + frame)
      expect(readStream(protocol, withPauses.join(''))).toEqual(readStream(protocol, text))
    })

    it('writes an error body that it reads back', () => {
      for (const code of ['invalid_request', 'rate_limit_exceeded', 'usage_limit_exceeded', 'internal'] as const) {
        const error = new GatewayError(code, 'what was wrong: "x" 🌍')
        const read = protocol.upstream.readError(error.status, protocol.client.writeError(error, 'trace-1'))
        expect(read).toMatchObject({ status: error.status, message: error.message })
      }
    })

    it('shows the trace id and the family fields in an error body', () => {
      const error = new GatewayError('usage_limit_exceeded', 'used up', { param: 'model' })
      const text = protocol.client.writeError(error, 'trace-1')
      expect(text).toContain('"trace-1"')
      expect(JSON.parse(text)).toMatchObject({
        status: 'failure',
        error: { message: 'used up', code: '04', param: 'model' },
      })
    })

    it('makes an error of any body a provider may send under a bad status', () => {
      for (const body of ['', '<html>', 'no', '[]', 'null', '7', '{}', '{"error":null}', '{"error":{"message":7}}']) {
        const error = protocol.upstream.readError(503, body)
        expect(error).toMatchObject({ code: 'upstream_rejected', status: 503, facts: { rawBody: body } })
        expect(error.message).not.toBe('')
      }
    })

    it.each(['', 'x', '7', 'null', '[]', '{}', '{"type":7}', '{"choices":7}', '{"error":true}', '{"usage":[]}'])(
      'never throws for the frame %j',
      (data) => {
        expect(() => protocol.upstream.openStream().push({ data })).not.toThrow()
        expect(() => protocol.upstream.isUsageOnly({ data })).not.toThrow()
      },
    )

    it('refuses a whole answer that is not of this wire, and says so', () => {
      for (const body of [{}, { content: 7 }, { choices: 7 }] as JsonObject[]) {
        expect(() => protocol.upstream.readAnswer(body)).toThrow(GatewayError)
      }
    })

    it.each([
      ['model', undefined],
      ['model', ''],
      ['model', 7],
      ...conversation.wrong.map((value): [string, unknown] => [conversation.field, value]),
      ['stream', 'yes'],
    ])('refuses a request whose %s is %j and names the field', (field, value) => {
      const { body } = protocol.upstream.writeRequest(neutralRequests.plain!)
      const wrong = { ...body, [field]: value }
      for (const read of [protocol.client.peek, protocol.client.readRequest]) {
        expect(() => read(wrong)).toThrow(expect.objectContaining({ code: 'invalid_request', facts: { param: field } }))
      }
    })

    it('keeps unknown keys of a request', () => {
      const { body } = protocol.upstream.writeRequest(neutralRequests.plain!)
      const strange = { ...body, tomorrow: { is: ['unknown'] } }
      expect(protocol.upstream.writeRequest(protocol.client.readRequest(strange)).body).toMatchObject({
        tomorrow: { is: ['unknown'] },
      })
    })

    it('names what it drops of another wire', () => {
      const carry = { wire: 'another-wire', fields: { tomorrow: 'unknown' } }
      const { body, warnings } = protocol.upstream.writeRequest({ ...neutralRequests.plain!, carry })
      expect(body).not.toHaveProperty('tomorrow')
      expect(warnings).toMatchObject([{ type: 'dropped', field: 'tomorrow' }])
    })

    it('holds back nothing but lifecycle events before the commit', () => {
      const { isPreamble } = protocol.upstream
      expect(isPreamble({ type: 'response-start', id: 'a', model: 'b' })).toBe(true)
      expect(isPreamble({ type: 'usage', usage: {} })).toBe(true)
      expect(isPreamble({ type: 'block-delta', index: 0, text: 'x' })).toBe(false)
      expect(isPreamble({ type: 'response-end', finish: { reason: 'stop' } })).toBe(false)
    })
  })
}

function writeOrRefuse(protocol: ClientProtocol, request: InferenceRequest): JsonObject | 'refused' {
  try {
    return protocol.upstream.writeRequest(request).body
  } catch (thrown) {
    if (thrown instanceof GatewayError) return 'refused'
    throw thrown
  }
}

function isSame(protocol: ClientProtocol, body: JsonObject, request: InferenceRequest): boolean {
  const read = withJoinedMessages(protocol.client.readRequest(JSON.parse(JSON.stringify(body)) as JsonObject))
  try {
    expect(read).toEqual(withJoinedMessages(request))
    return true
  } catch {
    return false
  }
}

describeProtocol('anthropic-messages', {
  hasReasoning: true,
  hasSignatures: true,
  gaps: [
    { skip: 'developer text', because: 'it has one kind of system text' },
    { skip: 'names of participants', because: 'it has no names' },
    { skip: 'image detail', because: 'it has one level of detail' },
    { skip: 'audio', because: 'it takes no audio' },
    { skip: 'seed', because: 'it has no seed' },
    { skip: 'free JSON', because: 'it has no JSON mode without a schema' },
  ],
})

describeProtocol('openai-chat', {
  hasReasoning: true,
  hasSignatures: false,
  gaps: [
    { skip: 'a document by url', because: 'it takes files inline or stored' },
    { skip: 'a document as text', because: 'plain text has no other form than text' },
    { skip: 'a failed tool result', because: 'a tool message has no mark for errors' },
    { skip: 'a tool result with an image', because: 'tool messages hold text; the image follows in a user message' },
    { skip: 'signed and redacted reasoning', because: 'it takes no reasoning back' },
    { skip: 'cache marks', because: 'its cache works by itself' },
    { skip: 'top k', because: 'it has no top k' },
    { skip: 'reasoning off', because: 'few of its models can turn reasoning off, the others refuse the word' },
    { skip: 'reasoning budget', because: 'it measures reasoning by effort' },
  ],
})

describeProtocol('openai-responses', {
  hasReasoning: true,
  hasSignatures: true,
  conversation: { field: 'input', wrong: [undefined, [], '', 7] },
  gaps: [
    { skip: 'names of participants', because: 'it has no names' },
    { skip: 'a document as text', because: 'plain text has no other form than text' },
    { skip: 'a failed tool result', because: 'a result has no mark for errors' },
    { skip: 'signed and redacted reasoning', because: 'it takes back only what it encrypted itself' },
    { skip: 'cache marks', because: 'its cache works by itself' },
    { skip: 'top k', because: 'it has no top k' },
    { skip: 'stop sequences', because: 'it has no stop sequences' },
    { skip: 'seed', because: 'it has no seed' },
    { skip: 'reasoning off', because: 'few of its models can turn reasoning off, the others refuse the word' },
    { skip: 'reasoning budget', because: 'it measures reasoning by effort' },
  ],
})
