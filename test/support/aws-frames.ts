/** Recorded event streams of AWS, readable as JSON, as the bytes they were. */
import { EventStreamCodec } from '@smithy/eventstream-codec'

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
)

/** One message: its kind and type, e.g. `event messageStop` or `exception throttlingException`, and its payload; text is sent as it is. */
export type RecordedFrame = readonly [string, unknown]

function encodeFrame([label, payload]: RecordedFrame): Buffer {
  const [kind = 'event', type = ''] = label.split(' ')
  const values: Record<string, string> =
    kind === 'error'
      ? { ':message-type': kind, ':error-code': type, ':error-message': String(payload) }
      : { [`:${kind}-type`]: type, ':content-type': 'application/json', ':message-type': kind }
  const headers = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { type: 'string' as const, value }]),
  )
  const text = kind === 'error' ? '' : typeof payload === 'string' ? payload : JSON.stringify(payload)
  return Buffer.from(codec.encode({ headers, body: Buffer.from(text) }))
}

/** `cutBytes` are missing at the end. */
export function encodeFrames(frames: readonly RecordedFrame[], cutBytes = 0): Buffer {
  const whole = Buffer.concat(frames.map(encodeFrame))
  return whole.subarray(0, whole.length - cutBytes)
}
