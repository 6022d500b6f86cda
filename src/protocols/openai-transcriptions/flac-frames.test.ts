import { describe, expect, it } from 'vitest'
import { lengthOfAudio } from './audio.ts'

function crc8(bytes: readonly number[]): number {
  return bytes.reduce((crc, byte) => {
    let next = crc ^ byte
    for (let bit = 0; bit < 8; bit++) next = ((next << 1) ^ (next & 0x80 ? 0x107 : 0)) & 0xff
    return next
  }, 0)
}

/** Frames of silence, 65,536 samples each at 16 kHz; the header says how many samples there are, or lies. */
function flac(frames: number, declared: number): Buffer {
  const info = Buffer.alloc(42)
  info.write('fLaC', 0, 'latin1')
  info.writeUIntBE(16_000 << 4, 18, 3)
  info.writeUInt32BE(declared, 22)
  const frame = (number: number) => {
    const head = [0xff, 0xf8, 0x75, 0x00, number % 128, 0xff, 0xff]
    return [...head, crc8(head), 0, 0, 0, 0, 0, 0]
  }
  return Buffer.concat([info, Buffer.from(Array.from({ length: frames }, (_, number) => frame(number)).flat())])
}

describe('the length of a FLAC file', () => {
  it.each([
    ['unknown', 0],
    ['too short', 16_000],
  ])('is that of its frames where its header says it is %s', (_, declared) => {
    const { seconds, isExact } = lengthOfAudio(flac(100, declared))
    expect(seconds).toBeCloseTo((100 * 65_536) / 16_000, 3)
    expect(isExact).toBe(false)
  })

  it('is what its header says where that is longer', () => {
    expect(lengthOfAudio(flac(1, 16_000 * 60)).seconds).toBe(60)
  })
})
