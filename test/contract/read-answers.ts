/** How suites read what providers send, whole and in pieces, and what may be wrong with what was read. */
import { GatewayError } from '../../src/errors.ts'
import { framings } from '../../src/gateway/answer/framing.ts'
import { collect, eventOrderProblems, type InferenceEvent, type Usage } from '../../src/inference/index.ts'
import type { JsonObject, Protocol } from '../../src/protocols/protocol.ts'

/** The whole frames of a stream. */
export function framesOf(chunks: readonly Uint8Array[], { upstream }: Protocol) {
  const reader = framings[upstream.framing].openReader()
  return [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()].filter((frame) => !frame.isCut)
}

export function readStream(protocol: Protocol, ...chunks: readonly Uint8Array[]): readonly InferenceEvent[] {
  const reader = protocol.upstream.openStream()
  return [...framesOf(chunks, protocol).flatMap((frame) => reader.push(frame)), ...reader.end()]
}

export function readWhole({ upstream }: Protocol, body: JsonObject): readonly InferenceEvent[] {
  try {
    return upstream.readAnswer(body)
  } catch (thrown) {
    if (thrown instanceof GatewayError) return [{ type: 'error', error: thrown }]
    throw thrown
  }
}

export function pieces(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}

/** Numbers that no bill may be made of. */
export function impossible(usage: Usage | undefined): readonly unknown[] {
  const { raw: _, images, ...counts } = usage ?? {}
  return Object.entries({ ...counts, count: images?.count })
    .filter(([, value]) => value !== undefined)
    .filter(([, value]) => typeof value !== 'number' || !Number.isFinite(value) || value < 0)
}

export const unreadable = /\[object|undefined|NaN|^\s*$/

/** Whatever came: events in order, sane figures, an ending, words that people can read. */
export function problemsOf(events: readonly InferenceEvent[]): readonly unknown[] {
  const { usage, error, finish = { reason: 'stop' } } = collect(events)
  const isReadable = error === undefined || !unreadable.test(error.message)
  const status = error?.status ?? 502
  const isStatus = Number.isInteger(status) && status >= 400 && status < 600
  return [
    ...eventOrderProblems(events),
    ...impossible(usage),
    ...(isReadable ? [] : [error.message]),
    ...(isStatus ? [] : [status]),
    ...(typeof finish.reason === 'string' ? [] : [finish]),
  ]
}

export function parsed(data: string): readonly unknown[] {
  try {
    return [JSON.parse(data)]
  } catch {
    return []
  }
}

export function thrownBy(act: () => unknown): GatewayError {
  try {
    act()
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}
