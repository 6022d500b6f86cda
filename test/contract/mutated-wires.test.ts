/** What every translated wire makes of JSON that is almost right: events or an error in words, never another exception. */
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { clientProtocols, protocols } from '../../src/protocols/index.ts'
import type { Frame, JsonObject, Protocol } from '../../src/protocols/protocol.ts'
import { casesWith, protocolIds, streamBytes, streamFiles } from '../golden/fixtures.ts'
import { mutate, textOf } from '../support/json-mutations.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { framesOf, parsed, problemsOf, readWhole, unreadable } from './read-answers.ts'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = 500
const options = { model: 'm', wantsUsage: true, nowMs: 0, isStrict: true }

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The frames with one of them changed. */
function withStrangeFrame(frames: readonly Frame[], random: () => number): readonly Frame[] {
  const at = Math.floor(random() * frames.length)
  return frames.map(({ event, data = '', isError }, index) => ({
    ...(event === undefined ? {} : { event }),
    ...(isError === undefined ? {} : { isError }),
    data:
      index === at
        ? parsed(data)
            .map((body) => textOf(mutate(body, random)))
            .join('')
        : data,
  }))
}

describe.each(protocolIds)('%s', (id) => {
  const protocol: Protocol = protocols[id]
  const { framing } = protocol.upstream
  const clients = Object.values(clientProtocols)

  it(`makes events or an error of whatever answers (seed ${seed})`, () => {
    const random = seededRandom(seed)
    const bodies = casesWith(id, 'answer.json').map((each) => each.json('answer.json'))
    for (let run = 0; run < runs; run++) {
      const body = parsed(textOf(mutate(bodies[run % bodies.length], random)))[0]
      if (!isObject(body)) continue
      const text = JSON.stringify(body)
      const events = readWhole(protocol, body)
      expect(problemsOf(events), `run ${run}: ${text}`).toEqual([])
      if (events.at(-1)?.type === 'response-end')
        for (const { client } of clients) expect(() => client.writeAnswer(events, options), text).not.toThrow()
    }
  })

  it(`makes events or an error of whatever is streamed (seed ${seed})`, () => {
    const random = seededRandom(seed)
    const streams = casesWith(id, streamFiles[framing]).map((each) => framesOf([streamBytes(each, framing)], protocol))
    for (let run = 0; run < runs; run++) {
      const frames = withStrangeFrame(streams[run % streams.length] ?? [], random)
      const reader = protocol.upstream.openStream()
      const events = [...frames.flatMap((frame) => reader.push(frame)), ...reader.end()]
      expect(problemsOf(events), `run ${run}: ${JSON.stringify(frames)}`).toEqual([])
      for (const frame of frames) expect(typeof protocol.upstream.isUsageOnly(frame)).toBe('boolean')
    }
  })

  it(`reads an error in words out of any body (seed ${seed})`, () => {
    const random = seededRandom(seed)
    const bodies = casesWith(id, 'error.').flatMap((each) =>
      each.files.includes('error.json') ? parsed(each.bytes('error.json').toString()) : [],
    )
    for (let run = 0; run < runs; run++) {
      const text = textOf(mutate(bodies[run % bodies.length], random))
      const error = protocol.upstream.readError(500, text)
      expect(error.message, text).not.toMatch(unreadable)
    }
  })
})

describe.each(Object.values(clientProtocols).map((each) => [each.id, each] as const))(
  '%s',
  (id, { client, upstream }) => {
    const requests = casesWith(id, 'request.json').map((each) => each.json('request.json'))

    it.each([
      ['looks at', client.peek],
      ['reads', client.readRequest],
      [
        'passes on',
        (body: JsonObject) => [upstream.askForUsage(body), upstream.maxOutputKey(body), upstream.dropForeign?.(body)],
      ],
    ])(`%s any request or says what is wrong with it (seed ${seed})`, (_, act) => {
      const random = seededRandom(seed)
      for (let run = 0; run < runs; run++) {
        const body = parsed(textOf(mutate(requests[run % requests.length], random)))[0]
        if (!isObject(body)) continue
        try {
          act(body)
        } catch (thrown) {
          if (!(thrown instanceof GatewayError))
            throw new Error(`run ${run}: ${JSON.stringify(body)}`, { cause: thrown })
          expect(thrown.status, thrown.message).toBe(400)
          expect(thrown.message).not.toMatch(unreadable)
        }
      }
    })

    it(`is written for every provider, or says why not (seed ${seed})`, () => {
      const random = seededRandom(seed)
      for (let run = 0; run < runs; run++) {
        const body = parsed(textOf(mutate(requests[run % requests.length], random)))[0]
        if (!isObject(body)) continue
        for (const to of protocolIds) {
          try {
            protocols[to].upstream.writeRequest(client.readRequest(body))
          } catch (thrown) {
            if (!(thrown instanceof GatewayError))
              throw new Error(`run ${run}, to ${to}: ${JSON.stringify(body)}`, { cause: thrown })
          }
        }
      }
    })
  },
)
