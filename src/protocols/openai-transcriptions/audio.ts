/** How long a file of audio can be: exact for WAV and MP3, whose samples can be counted, else by the lowest bit rate in use. */
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
  if (frames === undefined) return lengthOfBytes(file.length)
  const { seconds: rest } = lengthOfBytes(frames.otherBytes)
  return { seconds: frames.seconds + rest, isExact: frames.otherBytes === 0 }
}

/** What nobody has seen, because it is named and not sent. */
export function lengthOfBytes(byteLength: number): AudioLength {
  return { seconds: Math.ceil(byteLength / leastBytesPerSecond), isExact: false }
}

/** Formats whose every sample takes the same space: PCM, float, A-law and µ-law; `extensible` is one of them in another coat. */
const evenFormats: ReadonlySet<number> = new Set([1, 3, 6, 7, 0xfffe])

/** By the samples that are there and not by what the header says of their rate in bytes, which decoders do not read. */
function secondsOfWave(file: Buffer): number | undefined {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') return undefined
  let bytesPerSecond: number | undefined
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4)
    const length = file.readUInt32LE(at + 4)
    if (name === 'fmt ' && length >= 16 && at + 24 <= file.length) bytesPerSecond = rateOf(file.subarray(at + 8))
    // what is streamed into a file has no length that can be believed
    if (name === 'data') return bytesPerSecond && (file.length - at - 8) / bytesPerSecond
    at += 8 + length + (length % 2)
  }
  return undefined
}

function rateOf(format: Buffer): number | undefined {
  const bytesPerSample = Math.ceil(format.readUInt16LE(14) / 8)
  const rate = format.readUInt16LE(2) * format.readUInt32LE(4) * bytesPerSample
  return evenFormats.has(format.readUInt16LE(0)) && rate >= leastBytesPerSecond ? rate : undefined
}
