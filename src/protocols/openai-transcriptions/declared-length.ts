/** How long files say they are whose silence takes next to no bytes: FLAC, Ogg, MP4 and WebM. A file may lie, so nobody takes it for less than its bytes allow. */

/** Opus counts its samples at this rate, whatever was recorded (RFC 7845 §4). */
const opusRate = 48_000
/** Seconds; longer is no claim that could be meant. */
const longest = 1_000_000

/** undefined = it says nothing that can be read. */
export function declaredSeconds(file: Buffer): number | undefined {
  const seconds = ofFlac(file) ?? ofOgg(file) ?? ofMp4(file) ?? ofWebm(file)
  return seconds !== undefined && seconds >= 0 && seconds <= longest ? seconds : undefined
}

/** The first block holds rate (20 bits), channels, width, and samples (36 bits): RFC 9639 §8.2. */
function ofFlac(file: Buffer): number | undefined {
  if (file.toString('latin1', 0, 4) !== 'fLaC' || file.length < 26) return undefined
  const rate = file.readUIntBE(18, 3) >> 4
  const samples = (file.readUInt8(21) & 15) * 2 ** 32 + file.readUInt32BE(22)
  return rate === 0 ? undefined : samples / rate
}

/** The last page says at which sample it ends: RFC 3533 §6. */
function ofOgg(file: Buffer): number | undefined {
  const last = file.lastIndexOf('OggS', undefined, 'latin1')
  if (file.toString('latin1', 0, 4) !== 'OggS' || last + 14 > file.length) return undefined
  const position = Number(file.readBigInt64LE(last + 6))
  const vorbis = file.subarray(0, 128).indexOf('\x01vorbis', 0, 'latin1')
  const rate = vorbis < 0 ? opusRate : file.readUInt32LE(vorbis + 12)
  return rate === 0 ? undefined : position / rate
}

/** The movie's header: ISO/IEC 14496-12 §8.2.2. */
function ofMp4(file: Buffer): number | undefined {
  const at = file.indexOf('mvhd', 0, 'latin1')
  if (file.toString('latin1', 4, 8) !== 'ftyp' || at < 0 || at + 36 > file.length) return undefined
  const isLong = file.readUInt8(at + 4) === 1
  const scale = file.readUInt32BE(at + (isLong ? 24 : 16))
  const duration = isLong ? Number(file.readBigUInt64BE(at + 28)) : file.readUInt32BE(at + 20)
  return scale === 0 ? undefined : duration / scale
}

/** Scale (nanoseconds) and duration of the segment: RFC 9559 §5.1.2. */
function ofWebm(file: Buffer): number | undefined {
  if (file.length < 4 || file.readUInt32BE(0) !== 0x1a45dfa3) return undefined
  const head = file.subarray(0, 4_096)
  const scaleAt = head.indexOf(Buffer.from([0x2a, 0xd7, 0xb1, 0x83]))
  const scale = scaleAt < 0 || scaleAt + 7 > head.length ? 1_000_000 : head.readUIntBE(scaleAt + 4, 3)
  const double = head.indexOf(Buffer.from([0x44, 0x89, 0x88]))
  const single = head.indexOf(Buffer.from([0x44, 0x89, 0x84]))
  const nanosecond = 1e-9
  if (double >= 0 && double + 11 <= head.length) return head.readDoubleBE(double + 3) * scale * nanosecond
  if (single >= 0 && single + 7 <= head.length) return head.readFloatBE(single + 3) * scale * nanosecond
  return undefined
}
