/** What every wire must hold towards providers, also those that no client speaks. */
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { eventOrderProblems, type InferenceEvent } from '../../src/inference/index.ts'
import { protocols } from '../../src/protocols/index.ts'
import type { Frame, Protocol } from '../../src/protocols/protocol.ts'
import { randomFrom } from './neutral-answers.ts'
import { neutralRequests } from './neutral-requests.ts'

const seed = Math.floor(Math.random() * 2 ** 31)
const runs = 2000

/** Words of all wires, so that nonsense gets far. */
const words =
  'type event message_start content_block_start content_block_delta content_block_stop message_stop error index delta choices messageStart contentBlockStart contentBlockDelta contentBlockStop messageStop metadata contentBlockIndex start text toolUse input toolUseId name reasoningContent redactedContent signature usage stopReason candidates content parts functionCall finishReason usageMetadata response output item message'.split(
    ' ',
  )

function nonsense(random: () => number, depth = 0): unknown {
  const pick = Math.floor(random() * (depth > 3 ? 5 : 9))
  const word = () => words[Math.floor(random() * words.length)] ?? ''
  if (pick === 0) return null
  if (pick === 1) return Math.floor(random() * 3)
  if (pick < 5) return word()
  if (pick === 5) return Array.from({ length: Math.floor(random() * 3) }, () => nonsense(random, depth + 1))
  return Object.fromEntries(
    Array.from({ length: Math.floor(random() * 4) }, () => [word(), nonsense(random, depth + 1)]),
  )
}

describe.each(Object.values(protocols).map((each: Protocol) => [each.id, each.upstream] as const))(
  'towards providers, %s',
  (_, upstream) => {
    it.each(Object.entries(neutralRequests))('writes or refuses in words: %s', (_, request) => {
      try {
        const { body, warnings } = upstream.writeRequest(request)
        expect(JSON.parse(JSON.stringify(body))).toEqual(expect.any(Object))
        for (const { field, reason } of warnings) expect([field, reason]).not.toContain('')
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(GatewayError)
        expect((thrown as GatewayError).row.fault).toBe('client')
      }
    })

    it(`reads any stream without throwing and in good order (seed ${seed})`, () => {
      const random = randomFrom(seed)
      for (let run = 0; run < runs; run++) {
        const reader = upstream.openStream()
        const events: InferenceEvent[] = []
        const frames: Frame[] = Array.from({ length: Math.floor(random() * 6) }, () => ({
          ...(random() < 0.7 ? { event: words[Math.floor(random() * words.length)] ?? '' } : {}),
          ...(random() < 0.95 ? { data: random() < 0.9 ? JSON.stringify(nonsense(random, 0)) : '{"a' } : {}),
          ...(random() < 0.05 ? { isError: true as const } : {}),
        }))
        for (const frame of frames) events.push(...reader.push(frame))
        events.push(...reader.end())
        expect(eventOrderProblems(events), `run ${run}: ${JSON.stringify(frames)}`).toEqual([])
        expect(reader.push({ data: '{}' }).length + reader.end().length).toBe(0)
      }
    })

    it(`reads or refuses any whole answer (seed ${seed})`, () => {
      const random = randomFrom(seed)
      for (let run = 0; run < runs; run++) {
        const body = { ...(nonsense(random) as object) }
        try {
          expect(eventOrderProblems(upstream.readAnswer(body)), `run ${run}: ${JSON.stringify(body)}`).toEqual([])
        } catch (thrown) {
          if (!(thrown instanceof GatewayError)) throw thrown
          expect(thrown.code).toBe('upstream_rejected')
        }
      }
    })

    it.each(['', 'gone', '<html>', '{', 'null', '[]', '{}', '{"error":{}}', '{"error":"x"}', '{"message":7}'])(
      'has words for a status of 418 with the body %j',
      (body) => {
        const error = upstream.readError(418, body)
        expect(error.status).toBe(418)
        expect(error.message.trim()).not.toBe('')
        expect(error.facts.rawBody).toBe(body)
      },
    )
  },
)
