import { describe, expect, it } from 'vitest'
import { lengthOfAudio } from './audio.ts'

function flac(seconds: number): Buffer {
  const file = Buffer.alloc(64)
  file.write('fLaC', 'latin1')
  file.writeUIntBE(16_000 << 4, 18, 3)
  file.writeUInt32BE(seconds * 16_000, 22)
  return file
}

function ogg(seconds: number, id: 'OpusHead' | '\x01vorbis' = 'OpusHead'): Buffer {
  const page = (granule: bigint, content: Buffer) => {
    const head = Buffer.alloc(28)
    head.write('OggS', 'latin1')
    head.writeBigInt64LE(granule, 6)
    return Buffer.concat([head, content])
  }
  const start = Buffer.alloc(30)
  start.write(id, 'latin1')
  start.writeUInt32LE(8_000, 12)
  const rate = id === 'OpusHead' ? 48_000 : 8_000
  return Buffer.concat([page(0n, start), page(BigInt(seconds * rate), Buffer.alloc(9))])
}

function mp4(seconds: number, version: 0 | 1): Buffer {
  const file = Buffer.alloc(128)
  file.write('ftyp', 4, 'latin1')
  file.write('mvhd', 40, 'latin1')
  file.writeUInt8(version, 44)
  file.writeUInt32BE(1_000, version === 1 ? 64 : 56)
  if (version === 1) file.writeBigUInt64BE(BigInt(seconds * 1_000), 68)
  else file.writeUInt32BE(seconds * 1_000, 60)
  return file
}

function webm(seconds: number): Buffer {
  const duration = Buffer.alloc(11)
  duration.write('448988', 'hex')
  duration.writeDoubleBE(seconds * 1_000, 3)
  return Buffer.concat([
    Buffer.from('1a45dfa3', 'hex'),
    Buffer.alloc(20),
    Buffer.from('2ad7b1830f4240', 'hex'),
    duration,
  ])
}

describe('a file whose silence takes no bytes', () => {
  it.each([
    ['FLAC', flac],
    ['Ogg Opus', (seconds: number) => ogg(seconds)],
    ['Ogg Vorbis', (seconds: number) => ogg(seconds, '\x01vorbis')],
    ['MP4', (seconds: number) => mp4(seconds, 0)],
    ['MP4 with long numbers', (seconds: number) => mp4(seconds, 1)],
    ['WebM', webm],
  ])('is as long as it says: %s', (_, file) => {
    const length = lengthOfAudio(file(3_600))
    expect(length.isExact).toBe(false)
    expect(length.seconds).toBeCloseTo(3_600)
  })

  it('is never taken for less than its bytes allow', () => {
    const bytes = Buffer.concat([flac(1), Buffer.alloc(10_000)])
    expect(lengthOfAudio(bytes).seconds).toBe(Math.ceil(bytes.length / 500))
  })

  it.each([
    [flac(0).subarray(0, 20)],
    [ogg(1).subarray(0, 10)],
    [mp4(1, 1).subarray(0, 50)],
    [webm(1).subarray(0, 30)],
  ])('that is cut says nothing', (file) => {
    expect(lengthOfAudio(file)).toEqual({ seconds: 1, isExact: false })
  })
})
