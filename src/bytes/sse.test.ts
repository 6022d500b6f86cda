import { describe, expect, it } from 'vitest'
import { type RawFrame, SseReader, writeSse } from './sse.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

function read(chunks: readonly Uint8Array[]): RawFrame[] {
  const reader = new SseReader()
  return [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()]
}

const readText = (text: string) => read([bytesOf(text)])
const fields = (frames: readonly RawFrame[]) =>
  frames
    .filter((frame) => frame.data !== undefined || frame.event !== undefined)
    .map((frame) => [frame.event, frame.data, frame.isCut === true])
const joined = (frames: readonly RawFrame[]) => Buffer.concat(frames.map((frame) => frame.bytes))

const awkward = [
  '\uFEFFdata: {"a":1}\n\ndata: [DONE]\n\n',
  'event: x\ndata: {"é":"🙂"}\n\n: ping\n\ndata: two\ndata: lines\n\n',
  'data: a\r\n\r\nevent: b\r\ndata: c\r\n\r\n',
  'data: a\r\revent: b\rdata: c\r\r',
  'data: a\r\n\ndata: b\n\r\ndata: c\r\n\rdata: d\r\r\n',
  '\n\n\ndata: a\n\n\n\r\n',
  'data: cut off in the mid',
  'data: a\n\ndata: no blank line\n',
  'data\ndatabase: x\ndata:\ndata:no space\ndata:  two\nid: 7\nretry: 1\nevents: y\nevent\n\n',
]

describe('sse reader', () => {
  it('gives event and data of each frame', () => {
    expect(fields(readText('event: a\ndata: 1\n\ndata: 2\n\n'))).toEqual([
      ['a', '1', false],
      [undefined, '2', false],
    ])
  })

  it('gives a frame as soon as its blank line is there', () => {
    const reader = new SseReader()
    expect(reader.push(bytesOf('data: a\n'))).toHaveLength(0)
    expect(reader.push(bytesOf('\n'))).toHaveLength(1)
    expect(reader.push(bytesOf('data: b\r\n\r\n'))).toHaveLength(1)
    expect(reader.push(bytesOf('data: c\r\r'))).toHaveLength(1)
  })

  it.each(awkward)('gives the same fields and the exact bytes wherever %j is cut', (text) => {
    const bytes = bytesOf(text)
    const whole = fields(readText(text))
    for (let cut = 0; cut <= bytes.length; cut++) {
      const frames = read([bytes.subarray(0, cut), bytes.subarray(cut)])
      expect(fields(frames)).toEqual(whole)
      expect(joined(frames).equals(bytes)).toBe(true)
    }
    for (let size = 1; size <= 7; size++) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      const frames = read(pieces)
      expect(fields(frames)).toEqual(whole)
      expect(joined(frames).equals(bytes)).toBe(true)
    }
  })

  it('reads fields as the specification says', () => {
    expect(fields(readText(awkward.at(-1) ?? ''))).toEqual([['', '\n\nno space\n two', false]])
    expect(fields(readText('data: a\r\n\r\nevent: b\r\ndata: c\r\n\r\n'))).toEqual([
      [undefined, 'a', false],
      ['b', 'c', false],
    ])
    expect(fields(readText('data: a\revent: b\rdata: c\r\r'))).toEqual([['b', 'a\nc', false]])
  })

  it('skips a byte order mark but keeps its bytes', () => {
    const frames = readText('\uFEFFdata: a\n\n\uFEFFdata: b\n\n')
    expect(frames.map((frame) => frame.data)).toEqual(['a', undefined])
  })

  it('gives comments as frames without data', () => {
    expect(readText(': ping\n\n').map((frame) => [frame.data, frame.event, frame.bytes.length])).toEqual([
      [undefined, undefined, 8],
    ])
  })

  it('marks an unfinished rest as cut', () => {
    expect(fields(readText('data: a\n\ndata: b\n'))).toEqual([
      [undefined, 'a', false],
      [undefined, 'b', true],
    ])
  })

  it('does not call trailing blank lines cut', () => {
    expect(readText('data: a\n\n\n').map((frame) => frame.isCut)).toEqual([undefined, undefined])
    expect(readText('data: a\r\n\r').map((frame) => frame.isCut)).toEqual([undefined])
    expect(readText('')).toEqual([])
  })

  it('refuses a frame that outgrows its limit', () => {
    const reader = new SseReader(10)
    expect(reader.push(bytesOf('data: 123456789\n\n'))).toHaveLength(1)
    reader.push(bytesOf('data: 12'))
    expect(() => reader.push(bytesOf('3456'))).toThrow(/more than 10 bytes/)
  })
})

describe('sse writer', () => {
  it('writes what the reader reads', () => {
    const frames = [{ event: 'e', data: '{"a":1}' }, { data: 'two\nlines' }, { data: '' }, { event: 'only' }]
    expect(frames.map(writeSse).join('')).toBe(
      'event: e\ndata: {"a":1}\n\ndata: two\ndata: lines\n\ndata: \n\nevent: only\n\n',
    )
    expect(fields(readText(frames.map(writeSse).join('')))).toEqual(
      frames.map((frame) => [frame.event, frame.data, false]),
    )
  })
})
