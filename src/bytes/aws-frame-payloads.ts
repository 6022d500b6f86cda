/** Edits the payloads of AWS event-stream messages in passing: length and checksums are written anew where one changes. Knows no event. */
import { crc32 } from 'node:zlib'

/** Total length, length of the headers, their checksum; the message's checksum stands at its end. */
const preludeBytes = 12
const checksumBytes = 4
/** The format's own maximum of a message (24 MB) and a little: what says more is no event stream. */
const maxMessageBytes = 25 * 1024 * 1024

/** One for each stream. `edit` gets a payload and returns it, or another. */
export class AwsFramePayloads {
  readonly #edit: (payload: Uint8Array) => Uint8Array
  #held = Buffer.alloc(0)
  #isForeign = false

  constructor(edit: (payload: Uint8Array) => Uint8Array) {
    this.#edit = edit
  }

  /** The messages that are whole by now; what is no such stream passes as it is. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#isForeign) return chunk
    this.#held = Buffer.concat([this.#held, chunk])
    const messages: Buffer[] = []
    for (let length = this.#nextLength(); length !== undefined; length = this.#nextLength()) {
      messages.push(this.#edited(this.#held.subarray(0, length)))
      this.#held = this.#held.subarray(length)
    }
    return this.#isForeign ? Buffer.concat([...messages, this.end()]) : Buffer.concat(messages)
  }

  end(): Uint8Array {
    const rest = this.#held
    this.#held = Buffer.alloc(0)
    return rest
  }

  #nextLength(): number | undefined {
    if (this.#held.length < preludeBytes) return undefined
    const length = this.#held.readUInt32BE(0)
    const headers = this.#held.readUInt32BE(4)
    if (length > maxMessageBytes || length < preludeBytes + headers + checksumBytes) {
      this.#isForeign = true
      return undefined
    }
    return length <= this.#held.length ? length : undefined
  }

  #edited(message: Buffer): Buffer {
    const start = preludeBytes + message.readUInt32BE(4)
    const payload = message.subarray(start, -checksumBytes)
    const edited = this.#edit(payload)
    if (edited === payload) return message
    const made = Buffer.concat([message.subarray(0, start), edited, Buffer.alloc(checksumBytes)])
    made.writeUInt32BE(made.length, 0)
    made.writeUInt32BE(crc32(made.subarray(0, 8)), 8)
    made.writeUInt32BE(crc32(made.subarray(0, -checksumBytes)), made.length - checksumBytes)
    return made
  }
}
