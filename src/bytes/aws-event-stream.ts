/** Cuts bytes into the messages of AWS's binary event stream (vnd.amazon.eventstream). Knows no protocol. */
import { crc32 } from 'node:zlib'
import { GatewayError } from '../errors.ts'
import type { RawFrame } from './sse.ts'

/** total length, length of headers, checksum of both; each a big-endian word of 32 bits. */
const preludeBytes = 12
const checksumBytes = 4
/** AWS allows 24 MiB in one message. */
const maxMessageBytes = 24 * 1024 * 1024 + preludeBytes + checksumBytes

/** Feed it chunks cut anywhere. `event` is the event's or exception's type, `data` the payload as text. */
export class AwsEventStreamReader {
  private pending: Buffer = Buffer.alloc(0)
  private parts: Buffer[] = []
  private partBytes = 0
  /** Pending bytes that are needed before there is anything to read. */
  private needed = preludeBytes
  private fault: unknown

  /** Throws `upstream_interrupted` when the bytes are no such stream; whole messages before the fault are given first. */
  push(chunk: Uint8Array): RawFrame[] {
    if (this.fault !== undefined) throw this.fault
    this.parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    this.partBytes += chunk.byteLength
    if (this.partBytes < this.needed) return []
    this.pending = this.parts.length === 1 && this.parts[0] ? this.parts[0] : Buffer.concat(this.parts)
    const frames: RawFrame[] = []
    try {
      this.cut(frames)
    } catch (thrown) {
      this.fault = thrown
      if (frames.length === 0) throw thrown
    }
    this.parts = [this.pending]
    this.partBytes = this.pending.length
    return frames
  }

  /** What was left when the input ended: a message without its end says nothing. */
  end(): RawFrame[] {
    if (this.fault !== undefined) throw this.fault
    if (this.partBytes === 0) return []
    return [{ bytes: Buffer.concat(this.parts), isCut: true }]
  }

  private cut(frames: RawFrame[]): void {
    for (;;) {
      this.needed = preludeBytes
      if (this.pending.length < preludeBytes) return
      const length = readLength(this.pending)
      this.needed = length
      if (this.pending.length < length) return
      frames.push(readMessage(this.pending.subarray(0, length)))
      this.pending = this.pending.subarray(length)
    }
  }
}

function readLength(buffer: Buffer): number {
  const length = buffer.readUInt32BE(0)
  const headersLength = buffer.readUInt32BE(4)
  if (crc32(buffer.subarray(0, 8)) !== buffer.readUInt32BE(8)) throw broken('the checksum of its prelude is wrong')
  if (length > maxMessageBytes) throw broken(`a message has ${length} bytes; ${maxMessageBytes} are allowed`)
  if (length < preludeBytes + headersLength + checksumBytes) throw broken('a message is shorter than its headers')
  return length
}

function readMessage(bytes: Buffer): RawFrame {
  const end = bytes.length - checksumBytes
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) throw broken('the checksum of a message is wrong')
  const headersEnd = preludeBytes + bytes.readUInt32BE(4)
  const headers = readHeaders(bytes.subarray(preludeBytes, headersEnd))
  const data = bytes.toString('utf8', headersEnd, end)
  const kind = headers.get(':message-type') ?? 'event'
  if (kind === 'event') return { ...named(headers.get(':event-type')), data, bytes }
  if (kind === 'exception') return { ...named(headers.get(':exception-type')), data, bytes, isError: true }
  const message = headers.get(':error-message') ?? ''
  return { ...named(headers.get(':error-code')), data: JSON.stringify({ message }), bytes, isError: true }
}

function named(event: string | undefined): { readonly event?: string } {
  return event === undefined ? {} : { event }
}

/** Bytes of a value by its type; strings and byte arrays tell their own length. */
const valueBytes: readonly (number | 'told')[] = [0, 0, 1, 2, 4, 8, 'told', 'told', 8, 16]
const stringType = 7

/** The text headers; those of other types are stepped over. */
function readHeaders(buffer: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  let at = 0
  while (at < buffer.length) {
    const nameEnd = at + 1 + byteAt(buffer, at)
    const type = byteAt(buffer, nameEnd)
    const told = valueBytes[type]
    if (told === undefined) throw broken(`a header has the unknown type ${type}`)
    const start = nameEnd + (told === 'told' ? 3 : 1)
    const length = told === 'told' ? byteAt(buffer, start - 2) * 256 + byteAt(buffer, start - 1) : told
    if (start + length > buffer.length) throw broken('a header is longer than its message')
    if (type === stringType)
      headers.set(buffer.toString('utf8', at + 1, nameEnd), buffer.toString('utf8', start, start + length))
    at = start + length
  }
  return headers
}

function byteAt(buffer: Buffer, at: number): number {
  const byte = buffer[at]
  if (byte === undefined) throw broken('a header is longer than its message')
  return byte
}

function broken(what: string): GatewayError {
  return new GatewayError('upstream_interrupted', `the provider's event stream cannot be read: ${what}`)
}
