import { describe, expect, it } from 'vitest'
import { lengthOfAudio } from './audio.ts'

interface Wave {
  readonly format?: number
  readonly channels?: number
  readonly rate?: number
  readonly bits?: number
  readonly bytes?: number
  readonly between?: Buffer
  /** What the header claims of the bytes a second. */
  readonly claimed?: number
  /** The format behind `extensible`, and how its identifier goes on. */
  readonly inner?: readonly [number, string]
  readonly before?: Buffer
}

function wave({
  format = 1,
  channels = 1,
  rate = 8_000,
  bits = 16,
  bytes = 16_000,
  between,
  claimed = 1,
  inner,
  before,
}: Wave): Buffer {
  const chunk = (name: string, content: Buffer, length = content.length) => {
    const head = Buffer.alloc(8)
    head.write(name, 0, 'latin1')
    head.writeUInt32LE(length, 4)
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
  }
  const fmt = Buffer.alloc(inner === undefined ? 16 : 40)
  fmt.writeUInt16LE(format, 0)
  fmt.writeUInt16LE(channels, 2)
  fmt.writeUInt32LE(rate, 4)
  fmt.writeUInt32LE(claimed, 8)
  fmt.writeUInt16LE(bits, 14)
  if (inner !== undefined) {
    fmt.writeUInt16LE(inner[0], 24)
    fmt.write(inner[1], 26, 'hex')
  }
  const inside = Buffer.concat([
    Buffer.from('WAVE'),
    before === undefined ? Buffer.alloc(0) : chunk('fmt ', before),
    chunk('fmt ', fmt),
    between === undefined ? Buffer.alloc(0) : chunk('LIST', between),
    chunk('data', Buffer.alloc(bytes), 0xffffffff),
  ])
  return chunk('RIFF', inside)
}

const pcm = '000000001000800000aa00389b71'

describe('the length of audio', () => {
  it.each<[string, Wave, number]>([
    ['16-bit mono', {}, 1],
    ['stereo', { channels: 2 }, 0.5],
    ['24-bit', { bits: 24, bytes: 24_000 }, 1],
    ['µ-law', { format: 7, bits: 8, bytes: 8_000 }, 1],
    ['extensible', { format: 0xfffe, inner: [1, pcm] }, 1],
    ['µ-law that claims 64 bits a sample', { format: 7, bits: 64, bytes: 8_000 }, 1],
    ['other chunks before the sound, of odd length', { between: Buffer.alloc(33, 'd') }, 1],
    ['a rate in bytes that is not true', { claimed: 4_000_000_000 }, 1],
  ])('is exact for a wave file: %s', (_, parts, seconds) => {
    expect(lengthOfAudio(wave(parts))).toEqual({ seconds, isExact: true })
  })

  it.each([
    ['no wave file', Buffer.alloc(1_001, 1)],
    ['a compressed wave file', wave({ format: 0x55, bytes: 943 })],
    ['an MP3 in a coat of PCM', wave({ format: 0xfffe, inner: [0x55, pcm] })],
    ['an identifier of nobody', wave({ format: 0xfffe, inner: [1, '00'.repeat(14)] })],
    ['extensible to what it does not say', wave({ format: 0xfffe })],
    ['two formats', wave({ before: Buffer.from('0100010040420f0080841e0002001000', 'hex') })],
    ['a wave file without sound', wave({}).subarray(0, 36)],
    ['a wave file of one sample a second', wave({ rate: 1 })],
    ['a cut header', wave({}).subarray(0, 20)],
    ['nothing', Buffer.alloc(0)],
  ])('is bounded by its bytes at 4 kbit/s: %s', (_, bytes) => {
    expect(lengthOfAudio(bytes)).toEqual({ seconds: Math.ceil(bytes.length / 500), isExact: false })
  })
})

/** A frame of silence: MPEG version 1 (3), 2 (2) or 2.5 (0), layer III, 64 kbit/s. */
function frames(count: number, version: 3 | 2 | 0 = 3): Buffer {
  const rateIndex = version === 3 ? 5 : 8
  const [hertz, samples] = version === 3 ? [44_100, 1_152] : [version === 2 ? 22_050 : 11_025, 576]
  const frame = Buffer.alloc(Math.floor(((samples / 8) * 64_000) / hertz))
  frame.writeUInt32BE(((0x7ff << 21) | (version << 19) | (1 << 17) | (1 << 16) | (rateIndex << 12)) >>> 0)
  return Buffer.concat(Array.from({ length: count }, () => frame))
}

describe('the length of an MP3', () => {
  const tag = (length: number) =>
    Buffer.concat([Buffer.from('ID3\x04\0\0\0\0'), Buffer.from([1, length]), Buffer.alloc(128 + length, 0xff)])
  const end = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)])

  it.each([
    ['its frames', frames(100), (100 * 1_152) / 44_100],
    ['half as many samples in version 2', frames(100, 2), (100 * 576) / 22_050],
    ['a quarter of the rate in version 2.5', frames(100, 0), (100 * 576) / 11_025],
    ['tags at both ends', Buffer.concat([tag(5), frames(9), end]), (9 * 1_152) / 44_100],
  ])('is exact: %s', (_, bytes, seconds) => {
    const length = lengthOfAudio(bytes)
    expect(length.isExact).toBe(true)
    expect(length.seconds).toBeCloseTo(seconds, 6)
  })

  it('counts what is between frames at the lowest rate', () => {
    const length = lengthOfAudio(Buffer.concat([frames(2), Buffer.alloc(1_000), frames(2)]))
    expect(length.isExact).toBe(false)
    expect(length.seconds).toBeCloseTo((4 * 1_152) / 44_100 + 2, 6)
  })

  it.each([
    ['a tag alone', tag(5)],
    [
      'a tag that decoders take for none',
      Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x81\0', 'latin1'), Buffer.alloc(128), frames(1)]),
    ],
    ['a free bit rate', Buffer.from([0xff, 0xfb, 0x00, 0xc0])],
    ['a reserved version', Buffer.from([0xff, 0xea, 0x50, 0xc0])],
    ['another layer', Buffer.from([0xff, 0xfd, 0x50, 0xc0])],
    ['a reserved sample rate', Buffer.from([0xff, 0xfb, 0x5c, 0xc0])],
  ])('is not taken from %s', (_, bytes) => {
    expect(lengthOfAudio(bytes)).toEqual({ seconds: Math.ceil(bytes.length / 500), isExact: false })
  })
})
