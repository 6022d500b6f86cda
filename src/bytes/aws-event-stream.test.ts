import { crc32 } from 'node:zlib'
import { EventStreamCodec } from '@smithy/eventstream-codec'
import { describe, expect, it } from 'vitest'
import { AwsEventStreamReader } from './aws-event-stream.ts'
import type { RawFrame } from './sse.ts'

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
)

type Headers = Parameters<typeof codec.encode>[0]['headers']

function message(headers: Headers, payload = ''): Buffer {
  return Buffer.from(codec.encode({ headers, body: Buffer.from(payload) }))
}

function event(type: string, payload: unknown): Buffer {
  return message(
    {
      ':event-type': { type: 'string', value: type },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: 'event' },
    },
    JSON.stringify(payload),
  )
}

function read(...chunks: Uint8Array[]): RawFrame[] {
  const reader = new AwsEventStreamReader()
  return [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()]
}

function fields(frames: readonly RawFrame[]) {
  return frames.map(({ bytes: _, ...rest }) => rest)
}

/** A message with right checksums, whatever its lengths say. */
function sealed(headers: readonly number[], said: { readonly length?: number; readonly headersLength?: number } = {}) {
  const bytes = Buffer.alloc(12 + headers.length + 4)
  bytes.writeUInt32BE(said.length ?? bytes.length, 0)
  bytes.writeUInt32BE(said.headersLength ?? headers.length, 4)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8)
  bytes.set(headers, 12)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4)
  return bytes
}

const stream = Buffer.concat([
  event('messageStart', { role: 'assistant' }),
  event('contentBlockDelta', { delta: { text: 'Grüße 🌍' } }),
  message({ ':message-type': { type: 'string', value: 'event' } }),
  event('messageStop', { stopReason: 'end_turn' }),
])

describe('the event stream of AWS', () => {
  it('gives event types and payloads, and every byte that came', () => {
    const frames = read(stream)
    expect(fields(frames)).toEqual([
      { event: 'messageStart', data: '{"role":"assistant"}' },
      { event: 'contentBlockDelta', data: '{"delta":{"text":"Grüße 🌍"}}' },
      { data: '' },
      { event: 'messageStop', data: '{"stopReason":"end_turn"}' },
    ])
    expect(Buffer.concat(frames.map(({ bytes }) => bytes))).toEqual(stream)
  })

  it('gives the same wherever the stream is cut in two', () => {
    const whole = fields(read(stream))
    for (let at = 0; at <= stream.length; at++) {
      expect(fields(read(stream.subarray(0, at), stream.subarray(at))), `cut at ${at}`).toEqual(whole)
    }
  })

  it.each([1, 2, 3, 4, 5, 6, 7])('gives the same in pieces of %i bytes', (size) => {
    const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, at) =>
      stream.subarray(at * size, (at + 1) * size),
    )
    expect(fields(read(...pieces))).toEqual(fields(read(stream)))
  })

  it('gives whole messages before the one that the end of the input cuts', () => {
    for (let at = 1; at < stream.length; at++) {
      const frames = read(stream.subarray(0, at))
      const whole = frames.filter((frame) => !frame.isCut)
      expect(fields(whole)).toEqual(fields(read(stream)).slice(0, whole.length))
      expect(Buffer.concat(frames.map(({ bytes }) => bytes))).toEqual(stream.subarray(0, at))
      for (const frame of frames.filter(({ isCut }) => isCut)) expect(frame.data).toBeUndefined()
    }
  })

  it('marks exceptions and errors', () => {
    const exception = message(
      {
        ':message-type': { type: 'string', value: 'exception' },
        ':exception-type': { type: 'string', value: 'throttlingException' },
      },
      '{"message":"slow down"}',
    )
    const error = message({
      ':message-type': { type: 'string', value: 'error' },
      ':error-code': { type: 'string', value: 'InternalError' },
      ':error-message': { type: 'string', value: 'it "broke"' },
    })
    expect(fields(read(exception, error))).toEqual([
      { event: 'throttlingException', data: '{"message":"slow down"}', isError: true },
      { event: 'InternalError', data: '{"message":"it \\"broke\\""}', isError: true },
    ])
  })

  it('marks an error that says nothing of itself', () => {
    const error = message({ ':message-type': { type: 'string', value: 'error' } })
    expect(fields(read(error))).toEqual([{ data: '{"message":""}', isError: true }])
  })

  it('steps over headers of every other type', () => {
    const many = message(
      {
        a: { type: 'boolean', value: true },
        b: { type: 'boolean', value: false },
        c: { type: 'byte', value: 1 },
        d: { type: 'short', value: 2 },
        e: { type: 'integer', value: 3 },
        f: { type: 'binary', value: Buffer.from('xyz') },
        g: { type: 'timestamp', value: new Date(0) },
        h: { type: 'uuid', value: '01020304-0506-0708-090a-0b0c0d0e0f10' },
        ':event-type': { type: 'string', value: 'x' },
      },
      '{}',
    )
    expect(fields(read(many))).toEqual([{ event: 'x', data: '{}' }])
  })

  it('refuses a stream in which any byte was changed', () => {
    const one = event('messageStart', { role: 'assistant' })
    for (let at = 0; at < one.length; at++) {
      const changed = Buffer.from(one)
      changed[at] = (changed[at] as number) ^ 1
      const reader = new AwsEventStreamReader()
      expect(() => reader.push(changed), `byte ${at}`).toThrow("the provider's event stream cannot be read")
    }
  })

  it.each([
    [
      'a length above what AWS allows',
      sealed([], { length: 30_000_000 }),
      'a message has 30000000 bytes; 25165840 are allowed',
    ],
    ['headers longer than itself', sealed([], { headersLength: 1 }), 'a message is shorter than its headers'],
    ['a header of an unknown type', sealed([1, 0x61, 10]), 'a header has the unknown type 10'],
    ['a header that names more than there is', sealed([9, 0x61]), 'a header is longer than its message'],
    ['a header that holds more than there is', sealed([1, 0x61, 7, 0, 5, 0x62]), 'a header is longer than its message'],
  ])('refuses a message with %s, whose checksums are right', (_, bytes, what) => {
    expect(() => new AwsEventStreamReader().push(bytes)).toThrow(what)
  })

  it('gives the messages before a broken one, then refuses', () => {
    const reader = new AwsEventStreamReader()
    const chunk = Buffer.concat([event('messageStart', {}), Buffer.from('HTTP/1.1 500 Internal Server Error')])
    expect(fields(reader.push(chunk))).toEqual([{ event: 'messageStart', data: '{}' }])
    expect(() => reader.push(stream)).toThrow('the checksum of its prelude is wrong')
    expect(() => reader.end()).toThrow('the checksum of its prelude is wrong')
  })
})
