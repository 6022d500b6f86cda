/** A request's bodies and headers ⇄ one compressed run of bytes. */
import { promisify } from 'node:util'
import { brotliCompress, brotliCompressSync, brotliDecompress, constants } from 'node:zlib'
import type { Payload } from '../records/log.ts'

const compress = promisify(brotliCompress)
const decompress = promisify(brotliDecompress)

/** Level 4 of 11: JSON becomes about a fifth, at the speed of gzip. */
const options = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
}

/** Below it the way to a worker thread and back costs more than compressing (95 against 350 microseconds for 3 kB, measured 2026-11). */
const atOnceBytes = 64 * 1024

/** What precedes the bodies: 4 bytes of its own length, then JSON. */
interface Head {
  readonly requestHeaders: Payload['request']['headers']
  readonly responseHeaders: Payload['response']['headers']
  readonly isCut: boolean
  /** Lengths in bytes of request, response and, when there is one, upstream request. */
  readonly lengths: readonly number[]
}

export async function packPayload(payload: Payload): Promise<Uint8Array> {
  const { request, response, upstreamRequest } = payload
  const bodies = [request.body, response.body, ...(upstreamRequest ? [upstreamRequest] : [])]
  const head: Head = {
    requestHeaders: request.headers,
    responseHeaders: response.headers,
    isCut: response.isCut,
    lengths: bodies.map((body) => body.byteLength),
  }
  const headBytes = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(headBytes.byteLength)
  const whole = Buffer.concat([length, headBytes, ...bodies])
  return whole.byteLength < atOnceBytes ? brotliCompressSync(whole, options) : compress(whole, options)
}

export async function unpackPayload(packed: Uint8Array): Promise<Payload> {
  const whole = await decompress(packed)
  const headEnd = 4 + whole.readUInt32BE(0)
  const head = JSON.parse(whole.toString('utf8', 4, headEnd)) as Head
  let position = headEnd
  const [request, response, upstreamRequest] = head.lengths.map((length) => {
    position += length
    return new Uint8Array(whole.subarray(position - length, position))
  })
  return {
    request: { headers: head.requestHeaders, body: request ?? new Uint8Array() },
    response: { headers: head.responseHeaders, body: response ?? new Uint8Array(), isCut: head.isCut },
    ...(upstreamRequest && { upstreamRequest }),
  }
}
