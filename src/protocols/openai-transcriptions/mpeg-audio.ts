/** How long an MP3 is, frame by frame as a decoder goes through it: its headers' word on the whole is not asked for. */

/** kbit/s of layer III by the index in a frame's header (ISO/IEC 11172-3 §2.4.2.3, 13818-3 §2.4.2.3). */
const rates = {
  first: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  second: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const
const sampleRates = [44_100, 48_000, 32_000]

interface Frame {
  readonly seconds: number
  readonly bytes: number
}

export interface Frames {
  readonly seconds: number
  /** Between and behind the frames; who knows what they are. */
  readonly otherBytes: number
}

/** undefined = it does not begin like one. */
export function readFrames(file: Buffer): Frames | undefined {
  let at = tagEnd(file)
  if (frameAt(file, at) === undefined) return undefined
  let seconds = 0
  let otherBytes = 0
  while (at < file.length) {
    const frame = frameAt(file, at)
    if (frame !== undefined) {
      seconds += frame.seconds
      at += frame.bytes
    } else if (file.length - at === 128 && file.toString('latin1', at, at + 3) === 'TAG') at = file.length
    else {
      otherBytes += 1
      at += 1
    }
  }
  return { seconds, otherBytes }
}

/** An ID3v2 tag before the sound; its length in four times seven bits. */
function tagEnd(file: Buffer): number {
  const isTag = file.length >= 10 && file.toString('latin1', 0, 3) === 'ID3'
  // what decoders take for no tag may be sound all through
  if (!isTag || file[3] === 0xff || file[4] === 0xff || file.subarray(6, 10).some((byte) => byte > 0x7f)) return 0
  const length = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (file[at] ?? 0), 0)
  return 10 + length
}

/** undefined = not the header of a layer III frame, or one whose length it does not tell. */
function frameAt(file: Buffer, at: number): Frame | undefined {
  if (at + 4 > file.length) return undefined
  const header = file.readUInt32BE(at)
  const version = (header >>> 19) & 3
  const isSynced = header >>> 21 === 0x7ff && ((header >>> 17) & 3) === 1 && version !== 1
  const rate = rates[version === 3 ? 'first' : 'second'][(header >>> 12) & 15] ?? 0
  const sampleRate = sampleRates[(header >>> 10) & 3]
  if (!isSynced || rate === 0 || sampleRate === undefined) return undefined
  const samples = version === 3 ? 1_152 : 576
  const hertz = sampleRate / (version === 3 ? 1 : version === 2 ? 2 : 4)
  const padding = (header >>> 9) & 1
  return { seconds: samples / hertz, bytes: Math.floor(((samples / 8) * rate * 1_000) / hertz) + padding }
}
