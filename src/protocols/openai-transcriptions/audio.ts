/** How long a file of audio can be: exact for WAV and MP3, whose samples can be counted, else by the lowest bit rate in use. */
import { declaredSeconds } from './declared-length.ts'
import { secondsOfFrames } from './flac-frames.ts'
import { readFrames } from './mpeg-audio.ts'

/** 4 kbit/s, under the 4.75 of AMR-NB (3GPP TS 26.071), the 6 of Opus (RFC 6716 §2.1.1) and the 8 of MP3. */
const leastBytesPerSecond = 500

export interface AudioLength {
  readonly seconds: number
  readonly isExact: boolean
}

export function lengthOfAudio(bytes: Uint8Array): AudioLength {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const seconds = secondsOfWave(file)
  if (seconds !== undefined) return { seconds, isExact: true }
  const frames = readFrames(file)
  if (frames === undefined) return declaredOrLonger(file)
  const { seconds: rest } = lengthOfBytes(frames.otherBytes)
  return { seconds: frames.seconds + rest, isExact: frames.otherBytes === 0 }
}

function declaredOrLonger(file: Buffer): AudioLength {
  const bound = lengthOfBytes(file.length)
  return { ...bound, seconds: Math.max(bound.seconds, declaredSeconds(file) ?? 0, secondsOfFrames(file) ?? 0) }
}

/** What nobody has seen, because it is named and not sent. */
export function lengthOfBytes(byteLength: number): AudioLength {
  return { seconds: Math.ceil(byteLength / leastBytesPerSecond), isExact: false }
}

/** Formats whose every sample takes the same space: PCM, float, and A-law and µ-law in one byte, whatever the header says. */
const evenFormats: ReadonlySet<number> = new Set([1, 3])
const oneByteFormats: ReadonlySet<number> = new Set([6, 7])
/** One of them in another coat: its own name stands first in an identifier that goes on like this for all (RFC 2361 §4). */
const extensible = 0xfffe
const identifierEnd = '000000001000800000aa00389b71'

/** By the samples that are there and not by what the header says of their rate in bytes, which decoders do not read. */
function secondsOfWave(file: Buffer): number | undefined {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') return undefined
  let bytesPerSecond: number | undefined
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4)
    const length = file.readUInt32LE(at + 4)
    if (name === 'fmt ') {
      // of two, decoders do not agree on the one that counts
      if (bytesPerSecond !== undefined || length < 16 || at + 8 + length > file.length) return undefined
      bytesPerSecond = rateOf(file.subarray(at + 8, at + 8 + length))
      if (bytesPerSecond === undefined) return undefined
    }
    // what is streamed into a file has no length that can be believed
    if (name === 'data') return bytesPerSecond && (file.length - at - 8) / bytesPerSecond
    at += 8 + length + (length % 2)
  }
  return undefined
}

function rateOf(format: Buffer): number | undefined {
  const kind = formatOf(format)
  const bytesPerSample = oneByteFormats.has(kind) ? 1 : Math.ceil(format.readUInt16LE(14) / 8)
  const rate = format.readUInt16LE(2) * format.readUInt32LE(4) * bytesPerSample
  const isEven = evenFormats.has(kind) || oneByteFormats.has(kind)
  return isEven && rate >= leastBytesPerSecond ? rate : undefined
}

function formatOf(format: Buffer): number {
  const kind = format.readUInt16LE(0)
  if (kind !== extensible || format.length < 40) return kind
  return format.toString('hex', 26, 40) === identifierEnd ? format.readUInt16LE(24) : kind
}
