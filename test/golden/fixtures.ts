/** Recorded cases by protocol, read from test/fixtures. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { clientProtocols, protocols } from '../../src/protocols/index.ts'
import type { ClientProtocolId, Framing, JsonObject, ProtocolId, WireId } from '../../src/protocols/protocol.ts'
import { encodeFrames, type RecordedFrame } from '../support/aws-frames.ts'

/** The wires answers come in. */
export const protocolIds = Object.keys(protocols) as readonly ProtocolId[]
/** The wires clients speak. */
export const clientProtocolIds = Object.keys(clientProtocols) as readonly ClientProtocolId[]

export interface Case {
  readonly protocol: WireId
  readonly name: string
  /** Which of the recorded files there are: `answer.sse`, `answer.json`, `error.html`, `request.json`, … */
  readonly files: readonly string[]
  readonly meta: JsonObject
  bytes(file: string): Buffer
  json(file: string): JsonObject
}

const root = new URL('../fixtures/', import.meta.url)

/** The file that holds a recorded stream, by how it is cut into frames. */
export const streamFiles: Readonly<Record<Framing, string>> = {
  sse: 'answer.sse',
  'aws-event-stream': 'answer.frames.json',
}

/** A recorded stream as the bytes that came. */
export function streamBytes(recorded: Case, framing: Framing): Buffer {
  if (framing === 'sse') return recorded.bytes(streamFiles.sse)
  const frames = JSON.parse(recorded.bytes(streamFiles[framing]).toString('utf8')) as readonly RecordedFrame[]
  return encodeFrames(frames, recorded.meta.cutBytes as number | undefined)
}

/** The cases of a protocol that hold a file whose name starts so. */
export function casesWith(protocol: WireId, start: string): readonly Case[] {
  const folder = new URL(`${protocol}/`, root)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .map((name) => readCase(protocol, name))
    .filter(({ files }) => files.some((file) => file.startsWith(start)))
}

function readCase(protocol: WireId, name: string): Case {
  const folder = new URL(`${protocol}/${name}/`, root)
  const bytes = (file: string) => readFileSync(new URL(file, folder))
  const json = (file: string) => JSON.parse(bytes(file).toString('utf8')) as JsonObject
  const files = readdirSync(folder)
  return { protocol, name, files, meta: files.includes('meta.json') ? json('meta.json') : {}, bytes, json }
}
