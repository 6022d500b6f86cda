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
}

function wave({
  format = 1,
  channels = 1,
  rate = 8_000,
  bits = 16,
  bytes = 16_000,
  between,
  claimed = 1,
}: Wave): Buffer {
  const chunk = (name: string, content: Buffer, length = content.length) => {
    const head = Buffer.alloc(8)
    head.write(name, 0, 'latin1')
    head.writeUInt32LE(length, 4)
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
  }
  const fmt = Buffer.alloc(16)
  fmt.writeUInt16LE(format, 0)
  fmt.writeUInt16LE(channels, 2)
  fmt.writeUInt32LE(rate, 4)
  fmt.writeUInt32LE(claimed, 8)
  fmt.writeUInt16LE(bits, 14)
  const inside = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', fmt),
    between === undefined ? Buffer.alloc(0) : chunk('LIST', between),
    chunk('data', Buffer.alloc(bytes), 0xffffffff),
  ])
  return chunk('RIFF', inside)
}

describe('the length of audio', () => {
  it.each<[string, Wave, number]>([
    ['16-bit mono', {}, 1],
    ['stereo', { channels: 2 }, 0.5],
    ['24-bit', { bits: 24, bytes: 24_000 }, 1],
    ['µ-law', { format: 7, bits: 8, bytes: 8_000 }, 1],
    ['other chunks before the sound, of odd length', { between: Buffer.alloc(33, 'd') }, 1],
    ['a rate in bytes that is not true', { claimed: 4_000_000_000 }, 1],
  ])('is exact for a wave file: %s', (_, parts, seconds) => {
    expect(lengthOfAudio(wave(parts))).toEqual({ seconds, isExact: true })
  })

  it.each([
    ['no wave file', Buffer.alloc(1_001, 1)],
    ['a compressed wave file', wave({ format: 0x55, bytes: 943 })],
    ['a wave file without sound', wave({}).subarray(0, 36)],
    ['a wave file of one sample a second', wave({ rate: 1 })],
    ['a cut header', wave({}).subarray(0, 20)],
    ['nothing', Buffer.alloc(0)],
  ])('is bounded by its bytes at 4 kbit/s: %s', (_, bytes) => {
    expect(lengthOfAudio(bytes)).toEqual({ seconds: Math.ceil(bytes.length / 500), isExact: false })
  })
})
