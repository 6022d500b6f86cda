/** Cuts bytes into server-sent events and writes them. Knows no protocol. */
import { GatewayError } from '../errors.ts'

/** One event as it came. All frames' bytes, joined, are the exact input. */
export interface RawFrame {
  readonly event?: string
  /** The `data:` lines joined by line feeds; absent when there was none (comments, blank lines). Decoded on first use. */
  readonly data?: string
  /** The frame with its terminating blank line. */
  readonly bytes: Uint8Array
  /** The input ended before the blank line. The specification tells clients to drop such a frame; its fields are read all the same. */
  readonly isCut?: true
  /** The framing itself says that this is an error. */
  readonly isError?: true
}

const lineFeed = 10
const carriageReturn = 13
const defaultMaxFrameBytes = 16 * 1024 * 1024

/** Feed it chunks cut anywhere; each byte is looked at once. A chunk must not be changed after it was pushed. */
export class SseReader {
  private readonly maxFrameBytes: number
  /** What has come of the unfinished frame. */
  private parts: Buffer[] = []
  private pendingBytes = 0
  private isLineEmpty = true
  /** The last byte was a CR; a LF at the start of the next chunk belongs to it. */
  private isSplit = false
  /** That CR ended a blank line: the frame waits for the LF, unless lines end in CR alone here. */
  private isHeld = false
  private isLoneReturn = false
  private isFirst = true

  constructor(maxFrameBytes = defaultMaxFrameBytes) {
    this.maxFrameBytes = maxFrameBytes
  }

  /** Throws `upstream_interrupted` when one frame outgrows the limit. */
  push(chunk: Uint8Array): RawFrame[] {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const length = buffer.length
    const frames: RawFrame[] = []
    if (length === 0) return frames
    let start = 0
    let at = 0
    if (this.isSplit) {
      at = this.joinSplit(buffer)
      if (this.isHeld) {
        this.isHeld = false
        frames.push(this.cut(buffer, 0, at))
        start = at
      }
    }
    let isLineEmpty = this.isLineEmpty
    const hasReturn = buffer.includes(carriageReturn)
    while (at < length) {
      const byte = buffer[at] as number
      if (byte !== lineFeed && byte !== carriageReturn) {
        isLineEmpty = false
        at = hasReturn ? at + 1 : nextLineFeed(buffer, at)
        continue
      }
      at += 1
      if (byte === lineFeed) {
        this.isLoneReturn = false
      } else if (at === length) {
        this.isSplit = true
        this.isHeld = isLineEmpty && !this.isLoneReturn
      } else {
        this.isLoneReturn = buffer[at] !== lineFeed
        if (!this.isLoneReturn) at += 1
      }
      if (isLineEmpty && !this.isHeld) {
        frames.push(this.cut(buffer, start, at))
        start = at
      }
      isLineEmpty = true
    }
    this.isLineEmpty = isLineEmpty
    if (start < length) this.keep(start === 0 ? buffer : buffer.subarray(start))
    return frames
  }

  /** What was left when the input ended; [] when nothing was. */
  end(): RawFrame[] {
    if (this.pendingBytes === 0) return []
    const isWhole = this.isHeld
    const frame = this.cut(Buffer.alloc(0), 0, 0)
    return [isWhole || frame.bytes.every(isLineEnd) ? frame : new CutFrame(frame.bytes as Buffer, false)]
  }

  /** The last chunk ended in CR: is its LF here? Gives where to go on. */
  private joinSplit(buffer: Buffer): number {
    this.isSplit = false
    this.isLoneReturn = buffer[0] !== lineFeed
    return this.isLoneReturn ? 0 : 1
  }

  private cut(buffer: Buffer, start: number, end: number): RawFrame {
    let bytes = buffer.subarray(start, end)
    if (this.pendingBytes > 0) {
      bytes = Buffer.concat([...this.parts, bytes])
      this.parts = []
      this.pendingBytes = 0
    }
    const frame = new WholeFrame(bytes, this.isFirst)
    this.isFirst = false
    return frame
  }

  private keep(part: Buffer): void {
    this.parts.push(part)
    this.pendingBytes += part.length
    if (this.pendingBytes > this.maxFrameBytes) {
      this.parts = []
      throw new GatewayError(
        'upstream_interrupted',
        `the provider sent one stream event of more than ${this.maxFrameBytes} bytes; the limit guards the gateway's memory`,
      )
    }
  }
}

function nextLineFeed(buffer: Buffer, from: number): number {
  const at = buffer.indexOf(lineFeed, from)
  return at === -1 ? buffer.length : at
}

interface Fields {
  readonly event: string | undefined
  readonly data: string | undefined
}

/** Decodes its fields on first use: most frames of a passthrough are never looked into. */
class LazyFrame {
  readonly bytes: Buffer
  private readonly mayStartWithMark: boolean
  private fields: Fields | undefined

  constructor(bytes: Buffer, mayStartWithMark: boolean) {
    this.bytes = bytes
    this.mayStartWithMark = mayStartWithMark
  }

  get event(): string | undefined {
    this.fields ??= readFields(this.text())
    return this.fields.event
  }

  get data(): string | undefined {
    this.fields ??= readFields(this.text())
    return this.fields.data
  }

  private text(): string {
    const text = this.bytes.toString('utf8')
    return this.mayStartWithMark && text.startsWith('\uFEFF') ? text.slice(1) : text
  }
}

// The getters may give undefined where RawFrame says absent; readers cannot tell the difference.
const WholeFrame = LazyFrame as unknown as new (bytes: Buffer, mayStartWithMark: boolean) => RawFrame
const CutFrame = class extends LazyFrame {
  readonly isCut = true
} as unknown as typeof WholeFrame

function readFields(text: string): Fields {
  const hasReturn = text.includes('\r')
  if (!hasReturn && text.startsWith('data: ')) {
    const lineEnd = text.indexOf('\n')
    if (lineEnd + 2 === text.length) return { event: undefined, data: text.slice(6, lineEnd) }
  }
  let event: string | undefined
  let data: string | undefined
  for (const line of text.split(hasReturn ? /\r\n|\r|\n/ : '\n')) {
    if (line.startsWith('data')) {
      const value = fieldValue(line, 4)
      if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`
    } else if (line.startsWith('event')) {
      event = fieldValue(line, 5) ?? event
    }
  }
  return { event, data }
}

/** The value behind a field name of this length; undefined when the name goes on (`database: x`). */
function fieldValue(line: string, nameLength: number): string | undefined {
  if (line.length === nameLength) return ''
  if (line[nameLength] !== ':') return undefined
  return line.slice(line[nameLength + 1] === ' ' ? nameLength + 2 : nameLength + 1)
}

function isLineEnd(byte: number): boolean {
  return byte === lineFeed || byte === carriageReturn
}

/** One event as text. `writeSse({ data: '[DONE]' })` gives `data: [DONE]` and a blank line. */
export function writeSse(frame: { readonly event?: string; readonly data?: string }): string {
  const event = frame.event === undefined ? '' : `event: ${frame.event}\n`
  if (frame.data === undefined) return `${event}\n`
  const data = /[\r\n]/.test(frame.data) ? frame.data.split(/\r\n|\r|\n/).join('\ndata: ') : frame.data
  return `${event}data: ${data}\n\n`
}
