/** Every recorded answer as every client sees it. A change here is a change for users: read the difference. */
import { describe, expect, it } from 'vitest'
import { toGatewayError } from '../../src/errors.ts'
import { framings } from '../../src/gateway/answer/framing.ts'
import { eventOrderProblems, type InferenceEvent, type Warning } from '../../src/inference/index.ts'
import { findClientProtocol, findProtocol } from '../../src/protocols/index.ts'
import type { ClientHalf, ClientProtocol, JsonObject, Protocol } from '../../src/protocols/protocol.ts'
import { type Case, casesWith, clientProtocolIds, protocolIds, streamBytes, streamFiles } from './fixtures.ts'

const options = { model: 'asked-model', wantsUsage: true, nowMs: Date.UTC(2026, 10, 21), isStrict: true }
const cells = protocolIds.flatMap((from) => clientProtocolIds.map((to) => [from, to] as const))

function readStream(recorded: Case, protocol: Protocol): readonly InferenceEvent[] {
  const { framing } = protocol.upstream
  const frames = framings[framing].openReader()
  const reader = protocol.upstream.openStream()
  const whole = [...frames.push(streamBytes(recorded, framing)), ...frames.end()]
  return [...whole.filter((frame) => !frame.isCut).flatMap((frame) => reader.push(frame)), ...reader.end()]
}

function writeStream(events: readonly InferenceEvent[], client: ClientHalf): string {
  const writer = client.openStream(options)
  const text = events.map((event) => writer.push(event)).join('')
  return text + describeWarnings(writer.warnings)
}

function writeWhole(body: JsonObject, from: Protocol, to: ClientProtocol): string {
  try {
    const { text, warnings } = to.client.writeAnswer(from.upstream.readAnswer(body), options)
    return prettify(text) + describeWarnings(warnings)
  } catch (thrown) {
    const error = toGatewayError(thrown)
    return `status ${error.status}\n${prettify(to.client.writeError(error, 'trace-1'))}`
  }
}

function prettify(json: string): string {
  return `${JSON.stringify(JSON.parse(json), null, 2)}\n`
}

function describeWarnings(warnings: readonly Warning[]): string {
  return warnings.map(({ type, field, reason }) => `# ${type} ${field}: ${reason}\n`).join('')
}

describe.each(cells)('an answer from %s for a client of %s', (fromId, toId) => {
  const from = findProtocol(fromId)
  const to = findClientProtocol(toId)
  const snapshot = (name: string) => `./answers/${fromId}/${name}.${toId}.txt`

  it.each(casesWith(fromId, streamFiles[from.upstream.framing]).map((recorded) => [recorded.name, recorded] as const))(
    'streams %s as recorded here',
    async (name, recorded) => {
      const events = readStream(recorded, from)
      expect(eventOrderProblems(events)).toEqual([])
      const text = writeStream(events, to.client)
      await expect(text).toMatchFileSnapshot(snapshot(`${name}-stream`))
    },
  )

  it.each(casesWith(fromId, 'answer.json').map((recorded) => [recorded.name, recorded] as const))(
    'writes %s whole as recorded here',
    async (name, recorded) => {
      await expect(writeWhole(recorded.json('answer.json'), from, to)).toMatchFileSnapshot(snapshot(name))
    },
  )

  it.each(casesWith(fromId, 'error.').map((recorded) => [recorded.name, recorded] as const))(
    'writes the error %s as recorded here',
    async (name, recorded) => {
      const file = recorded.files.find((entry) => entry.startsWith('error.'))!
      const error = from.upstream.readError(recorded.meta.status as number, recorded.bytes(file).toString('utf8'))
      const text = `status ${error.status}\n${prettify(to.client.writeError(error, 'trace-1'))}`
      await expect(text).toMatchFileSnapshot(snapshot(name))
    },
  )
})
