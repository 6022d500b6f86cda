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

  it('gives the messages before a broken one, then refuses', () => {
    const reader = new AwsEventStreamReader()
    const chunk = Buffer.concat([event('messageStart', {}), Buffer.from('HTTP/1.1 500 Internal Server Error')])
    expect(fields(reader.push(chunk))).toEqual([{ event: 'messageStart', data: '{}' }])
    expect(() => reader.push(stream)).toThrow('the checksum of its prelude is wrong')
    expect(() => reader.end()).toThrow('the checksum of its prelude is wrong')
  })
})
