/** How long a FLAC file is by its frames: silence takes 14 bytes for up to 65,535 samples, and the length in its header may be absent or wrong. */

/** RFC 9639 §9.1.2, by the code in a frame's header; the others follow from it. */
const sampleRates: readonly number[] = [
  0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000,
]
/** Where neither a frame nor the file says how fast it is: the slowest in use. */
const slowestRate = 8_000

/** undefined = this is not FLAC. Bytes that only look like a frame make the answer longer, never shorter. */
export function secondsOfFrames(file: Buffer): number | undefined {
  if (file.toString('latin1', 0, 4) !== 'fLaC' || file.length < 26) return undefined
  const usualRate = file.readUIntBE(18, 3) >> 4 || slowestRate
  let seconds = 0
  for (let at = file.indexOf(0xff, 26); at >= 0 && at + 6 <= file.length; at = file.indexOf(0xff, at + 1)) {
    const frame = readFrame(file, at)
    if (frame !== undefined) seconds += frame.samples / (frame.rate ?? usualRate)
  }
  return seconds
}

interface Frame {
  readonly samples: number
  /** Absent = as the file's header says. */
  readonly rate?: number
}

/** Sync code, block size, sample rate, coded number and their checksum: RFC 9639 §9.1. */
function readFrame(file: Buffer, at: number): Frame | undefined {
  if ((file[at + 1] ?? 0) >> 1 !== 0x7c) return undefined
  const codes = file[at + 2] ?? 0
  const sizeCode = codes >> 4
  const rateCode = codes & 15
  if (sizeCode === 0 || rateCode === 15) return undefined
  const sizeAt = at + 4 + numberLength(file[at + 4] ?? 0)
  const sizeLength = sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0
  const rateLength = rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0
  const end = sizeAt + sizeLength + rateLength
  if (end >= file.length || checksum(file.subarray(at, end)) !== file[end]) return undefined
  const samples = sizeLength > 0 ? file.readUIntBE(sizeAt, sizeLength) + 1 : samplesOf(sizeCode)
  const said = rateLength > 0 ? file.readUIntBE(sizeAt + sizeLength, rateLength) : undefined
  const rate = said === undefined ? sampleRates[rateCode] : said * (rateCode === 12 ? 1_000 : rateCode === 14 ? 10 : 1)
  return rate === undefined || rate === 0 ? { samples } : { samples, rate }
}

function samplesOf(sizeCode: number): number {
  if (sizeCode === 1) return 192
  return sizeCode < 6 ? 576 << (sizeCode - 2) : 256 << (sizeCode - 8)
}

/** Of a number coded as UTF-8 codes characters. */
function numberLength(first: number): number {
  return first < 0xc0 ? 1 : Math.clz32(~(first << 24))
}

/** CRC-8, polynomial x⁸ + x² + x + 1. */
function checksum(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x80 ? 0x107 : 0)) & 0xff
  }
  return crc
}
