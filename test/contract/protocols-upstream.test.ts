/** What the half of a wire that faces providers must hold, whichever it is; wires that no client speaks have no other suite. */
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { protocols } from '../../src/protocols/index.ts'
import type { Protocol } from '../../src/protocols/protocol.ts'
import { randomFrom } from './neutral-answers.ts'
import { neutralRequests } from './neutral-requests.ts'

const runs = 2000

/** JSON of no meaning, out of words that the wires use. */
function randomJson(random: () => number, depth = 0): unknown {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  const words = 'candidates content parts text functionCall finishReason choices delta message usage output type'
  const keys = [...words.split(' '), 'error', 'contentBlockDelta', 'usageMetadata', 'promptFeedback', 'index', 'stop']
  const kind = depth > 4 ? random() * 0.5 : random()
  if (kind < 0.1) return null
  if (kind < 0.2) return pick([0, -1, 1e21, 7])
  if (kind < 0.3) return random() < 0.5
  if (kind < 0.5) return pick(['', 'STOP', 'text', '{"a":', '\u0000', ...keys])
  const length = Math.floor(random() * 4)
  if (kind < 0.7) return Array.from({ length }, () => randomJson(random, depth + 1))
  return Object.fromEntries(Array.from({ length }, () => [pick(keys), randomJson(random, depth + 1)]))
}

describe.each(Object.values(protocols).map((each) => [each.id as string, each as Protocol] as const))(
  'towards providers, %s',
  (_, { upstream }) => {
    const seed = Math.floor(Math.random() * 2 ** 31)

    it.each(Object.entries(neutralRequests))('writes %s as JSON, or says what it cannot say', (_, request) => {
      try {
        const { body, warnings } = upstream.writeRequest(request)
        expect(JSON.parse(JSON.stringify(body))).toEqual(body)
        for (const warning of warnings) expect(warning.reason).not.toBe('')
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(GatewayError)
        expect((thrown as GatewayError).row.fault).toBe('client')
        expect((thrown as GatewayError).facts.param).toBeDefined()
      }
    })

    it('leaves the neutral request as it was', () => {
      for (const request of Object.values(neutralRequests)) {
        const before = JSON.stringify(request)
        try {
          upstream.writeRequest(request)
        } catch {
          // Refused: that is another test's matter.
        }
        expect(JSON.stringify(request)).toBe(before)
      }
    })

    it('names what it drops of another wire', () => {
      const carry = { wire: 'another-wire', fields: { tomorrow: 'unknown' } }
      const { body, warnings } = upstream.writeRequest({ ...neutralRequests.plain!, carry })
      expect(JSON.stringify(body)).not.toContain('tomorrow')
      expect(warnings).toMatchObject([{ type: 'dropped', field: 'tomorrow' }])
    })

    it('refuses a tool that only another wire knows', () => {
      const otherTools = [{ wire: 'another-wire', fields: { type: 'web_search' } }]
      expect(() => upstream.writeRequest({ ...neutralRequests.plain!, otherTools })).toThrow(
        expect.objectContaining({ code: 'unsupported_parameter', message: expect.stringContaining("'web_search'") }),
      )
    })

    it(`takes no frame so badly that it throws (seed ${seed})`, () => {
      const random = randomFrom(seed)
      for (let run = 0; run < runs; run++) {
        const reader = upstream.openStream()
        const frames = Array.from({ length: 3 }, () => ({ data: JSON.stringify(randomJson(random)) }))
        const text = JSON.stringify(frames)
        expect(() => [...frames.flatMap((frame) => reader.push(frame)), ...reader.end()], text).not.toThrow()
      }
    })

    it(`takes no whole answer so badly that another error than its own is thrown (seed ${seed})`, () => {
      const random = randomFrom(seed)
      for (let run = 0; run < runs; run++) {
        const body = { candidates: [randomJson(random)], choices: [randomJson(random)], output: randomJson(random) }
        try {
          upstream.readAnswer(body)
        } catch (thrown) {
          expect(thrown, JSON.stringify(body)).toBeInstanceOf(GatewayError)
        }
      }
    })

    it('makes an error of any body under a bad status', () => {
      for (const body of ['', '<html>', 'no', '[]', 'null', '7', '{}', '{"error":null}', '{"error":{"message":7}}']) {
        const error = upstream.readError(503, body)
        expect(error).toMatchObject({ code: 'upstream_rejected', status: 503, facts: { rawBody: body } })
        expect(error.message).not.toBe('')
      }
    })

    it('holds back nothing but lifecycle events before the commit', () => {
      expect(upstream.isPreamble({ type: 'response-start', id: 'a', model: 'b' })).toBe(true)
      expect(upstream.isPreamble({ type: 'usage', usage: {} })).toBe(true)
      expect(upstream.isPreamble({ type: 'block-delta', index: 0, text: 'x' })).toBe(false)
      expect(upstream.isPreamble({ type: 'response-end', finish: { reason: 'stop' } })).toBe(false)
    })
  },
)
