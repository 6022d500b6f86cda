import { describe, expect, it } from 'vitest'
import { encodeFrames } from '../../test/support/aws-frames.ts'
import { AwsEventStreamReader } from './aws-event-stream.ts'
import { AwsFramePayloads } from './aws-frame-payloads.ts'

const frames = encodeFrames([
  ['event messageStart', { role: 'assistant' }],
  ['event contentBlockDelta', { delta: { text: 'the word is hush' } }],
  ['event messageStop', { stopReason: 'end_turn' }],
])

const replace = (payload: Uint8Array): Uint8Array => {
  const text = Buffer.from(payload).toString()
  return text.includes('hush') ? Buffer.from(text.replace('hush', 'a longer word')) : payload
}

function through(edit: (payload: Uint8Array) => Uint8Array, bytes: Buffer, size: number): Buffer {
  const payloads = new AwsFramePayloads(edit)
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) parts.push(payloads.push(bytes.subarray(at, at + size)))
  return Buffer.concat([...parts, payloads.end()])
}

describe('payloads of an event stream', () => {
  it.each([1, 7, 64, 4_096])('are edited, with checksums that a reader accepts, in pieces of %i bytes', (size) => {
    const reader = new AwsEventStreamReader()
    const read = [...reader.push(through(replace, frames, size)), ...reader.end()]
    expect(read.map(({ data }) => data).join()).toContain('the word is a longer word')
    expect(read.filter(({ isError }) => isError)).toEqual([])
  })

  it.each([1, 7, 64, 4_096])('stay byte for byte where nothing changes, in pieces of %i bytes', (size) => {
    expect(through((payload) => payload, frames, size).equals(frames)).toBe(true)
  })

  it('of a stream that is cut, or none at all, pass as they are', () => {
    const cut = frames.subarray(0, -5)
    expect(through(replace, encodeFrames([['event a', {}]], 3), 10)).toHaveLength(
      encodeFrames([['event a', {}]]).length - 3,
    )
    expect(through((payload) => payload, cut, 9).equals(cut)).toBe(true)
    const other = Buffer.from('this is not an event stream at all, but text that goes on')
    expect(through(replace, other, 5).equals(other)).toBe(true)
  })
})
